//! The routes of the first version of LangSmith's API, one file for each thing that they are about.

mod info;
mod send_runs;

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
        .route("/runs/{id}", patch(send_runs::patch_run))
}
