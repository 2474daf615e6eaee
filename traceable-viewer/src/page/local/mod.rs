//! What the modules of the page ask for, below `/api/local`: JSON made for them alone.
//!
//! Times are milliseconds since 1970 with fractions. Columns and texts are cut to what a line shows.

mod answer;
mod events;
mod fixes;
mod info;
mod params;
mod rows;

pub(super) mod chart;
pub(super) mod list;
pub(super) mod nesting;
pub(super) mod projects;
pub(super) mod threads;
pub(super) mod trace;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use answer::json;

use crate::api::{ApiResponse, ApiState, Fields, Pairs, Path, id};

pub(super) use answer::data;

pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/list", get(get_list))
        .route("/chart", get(get_chart))
        .route("/trace/{id}", get(get_trace))
        .route("/nesting", get(get_nesting))
        .route("/info", get(get_info))
        .route("/events", get(events::events))
}

async fn get_list(State(state): State<ApiState>, Query(pairs): Pairs) -> Response {
    json(list::answer(&state, &Fields::of_query(pairs)).await)
}

async fn get_chart(State(state): State<ApiState>, Query(pairs): Pairs) -> Response {
    json(chart::answer(&state, &Fields::of_query(pairs)).await)
}

async fn get_nesting(State(state): State<ApiState>, Query(pairs): Pairs) -> Response {
    json(nesting::answer(&state, &Fields::of_query(pairs)).await)
}

async fn get_info(State(state): State<ApiState>) -> Response {
    json(info::answer(&state).await)
}

async fn get_trace(State(state): State<ApiState>, Path(trace): Path<String>) -> Response {
    let found = match id("trace_id", &trace) {
        Ok(id) => trace::answer(&state, id).await,
        Err(error) => Err(error),
    };
    let missing = || ApiResponse::detail(StatusCode::NOT_FOUND, "Trace not found");
    json(found.and_then(|found| found.map(|(_, data)| data).ok_or_else(missing)))
}
