//! What the modules of the page ask for, below `/api/local`: JSON made for them alone.
//!
//! Times are milliseconds since 1970 with fractions. Columns and texts are cut to what a line shows.

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
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::api::{ApiResponse, ApiState, Fields, Pairs, Path, id};
use crate::query::QueryError;
use crate::store::StoreError;

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

/// An answer as a response.
fn json(answer: Result<Vec<u8>, ApiResponse>) -> Response {
    let mut response = match answer {
        Ok(bytes) => bytes.into_response(),
        Err(error) => return error.into_response(),
    };
    let set = [
        (header::CONTENT_TYPE, "application/json"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    response.headers_mut().extend(set.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// An answer inside a page, where a refusal is data too.
pub(super) fn data(answer: Result<Vec<u8>, ApiResponse>) -> Vec<u8> {
    answer.unwrap_or_else(|error| error.body().to_string().into_bytes())
}

/// Writes an answer.
fn written(answer: &impl Serialize) -> Result<Vec<u8>, QueryError> {
    serde_json::to_vec(answer).map_err(|error| StoreError::Damaged(error.to_string()).into())
}
