//! The routes of the second version of LangSmith's API, one file for each thing that they are about.
//!
//! An answer has the keys alone that the client selects. Where LangSmith answers without a `min_start_time` with the last
//! day, this answers with all there is.

mod public;
mod requests;
mod runs;
mod sessions;
mod share;
mod threads;
mod traces;

use axum::Router;
use axum::routing::{get, post};

use crate::api::ApiState;

/// All of them, without a prefix.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/runs/query", post(runs::query))
        .route("/runs/{id}", get(runs::retrieve))
        .route("/runs/{id}/url", get(runs::url))
        .route("/traces/query", post(traces::query))
        .route("/traces/{id}/runs", get(traces::runs))
        .route("/threads/query", post(threads::query))
        .route("/threads/stats", post(threads::stats))
        .route("/threads/{id}/traces", get(threads::traces))
        .route("/threads/{id}/stats", get(threads::thread_stats))
        .route("/runs/{id}/share", post(share::create).delete(share::delete))
        .route("/public/{token}/runs/query", post(public::query))
        .route("/public/{token}/run/{id}", get(public::retrieve))
        .route("/sessions", get(sessions::list))
        .route("/sessions/{id}", get(sessions::retrieve))
}
