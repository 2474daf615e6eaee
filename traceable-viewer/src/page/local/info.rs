//! `GET /api/local/info`: what this server is.

use serde::Serialize;

use super::answer::written;
use crate::api::{ApiResponse, ApiState, read_store};

#[derive(Serialize)]
struct Info {
    version: &'static str,
    /// The endpoint for clients.
    url: String,
    database: String,
    seq: i64,
    runs: u64,
    projects: Vec<String>,
}

pub(super) async fn answer(state: &ApiState) -> Result<Vec<u8>, ApiResponse> {
    let url = format!("http://{}", state.address);
    read_store(state, move |store| {
        written(&Info {
            version: env!("CARGO_PKG_VERSION"),
            url,
            database: store.path().display().to_string(),
            seq: store.last_seq()?,
            runs: store.count_runs()?,
            projects: store.project_names()?,
        })
    })
    .await
}
