//! The routes of the first version of LangSmith's API, one file for each thing that they are about.

mod groups;
mod info;
mod send_runs;
mod stats;
mod thread_messages;

use axum::Router;
use axum::routing::{get, patch, post};

use crate::api::ApiState;

/// All of them, without a prefix.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/info", get(info::info))
        .route("/runs", post(send_runs::post_run))
        .route("/runs/batch", post(send_runs::batch))
        .route("/runs/multipart", post(send_runs::multipart))
        .route("/runs/stats", post(stats::stats))
        .route("/runs/group", post(groups::groups))
        .route("/runs/threads/{id}", get(thread_messages::messages))
        .route("/runs/{id}", patch(send_runs::patch_run))
}
