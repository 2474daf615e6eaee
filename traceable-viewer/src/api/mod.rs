//! HTTP: the routes of LangSmith's API, and who may call them.

mod answer;
mod body;
mod budget;
mod guard;
mod info;
mod ingest;
mod state;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post};

use answer::Answer;

pub(crate) use guard::Guard;
pub(crate) use state::{ApiState, OnWarning};

/// Everything that is served. Clients are given endpoints with and without a prefix, so the routes are at all of them.
pub(crate) fn router(state: ApiState, guard: Guard) -> Router {
    Router::new()
        .merge(v1())
        .nest("/api", v1())
        .nest("/api/v1", v1())
        .nest("/v1", v1())
        .fallback(async || Answer::detail(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || {
            Answer::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .with_state(state)
        .layer(from_fn_with_state(guard, guard::check))
}

fn v1() -> Router<ApiState> {
    Router::new()
        .route("/info", get(info::info))
        .route("/runs", post(ingest::post_run))
        .route("/runs/batch", post(ingest::batch))
        .route("/runs/multipart", post(ingest::multipart))
        .route("/runs/{id}", patch(ingest::patch_run))
}
