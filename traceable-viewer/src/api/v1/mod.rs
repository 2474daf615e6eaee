//! The routes of the first version of LangSmith's API, one file for each thing that they are about.

mod attachments;
mod feedback;
mod groups;
mod info;
mod runs;
mod send_runs;
mod sessions;
mod share;
mod stats;
mod thread_messages;
mod workspace;

use axum::Router;
use axum::routing::{get, patch, post, put};

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
        .route("/runs/query", post(runs::query))
        .route("/runs/{id}", patch(send_runs::patch_run).get(runs::retrieve))
        .route("/runs/{id}/share", put(share::share).get(share::read).delete(share::unshare))
        .route("/public/{token}/run", get(share::run))
        .route("/public/{token}/runs/query", post(share::runs))
        .route("/sessions", get(sessions::list).post(sessions::create))
        .route("/sessions/resolutions", get(sessions::resolve))
        .route("/sessions/{id}", get(sessions::retrieve).patch(sessions::change).delete(sessions::delete))
        .route("/feedback", get(feedback::list).post(feedback::create))
        .route("/feedback/{id}", get(feedback::retrieve).patch(feedback::change).delete(feedback::delete))
        .route("/attachments/{run}/{*name}", get(attachments::serve))
        .route("/settings", get(workspace::settings))
        .route("/workspaces", get(workspace::list))
}
