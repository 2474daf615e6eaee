//! Sharing a run: the server makes the token under which it can be read.

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use uuid::{Builder, Uuid};

use crate::api::fields::id;
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::v2::runs::not_found;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::store::{Shared, share, unshare};

/// `POST /runs/{id}/share`. A run that is shared already keeps its token.
pub(crate) async fn create(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
) -> Result<JsonBody, ApiResponse> {
    let run_id = id("id", &run_id)?;
    let shared = read_store(&state, move |store| Ok(store.run(run_id)?.and_then(|run| run.share_token)));
    let token = match shared.await? {
        Some(token) => token,
        None => {
            let token = random_token()?;
            match state.writer.edit(move |conn| share(conn, run_id, token)).await? {
                Shared::Done => token,
                Shared::UnknownRun => return Err(not_found()),
                Shared::TokenTaken => return Err(ApiResponse::internal()),
            }
        }
    };
    Ok(JsonBody::of(&json!({ "run_id": run_id, "share_token": token }))?)
}

/// `DELETE /runs/{id}/share`. Clients send a body, which says nothing new.
pub(crate) async fn delete(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
) -> Result<JsonBody, ApiResponse> {
    let run_id = id("id", &run_id)?;
    match state.writer.edit(move |conn| unshare(conn, run_id)).await? {
        true => Ok(JsonBody::of(&())?),
        false => Err(not_found()),
    }
}

/// Whoever has the token can read the run, so it is not to be guessed.
fn random_token() -> Result<Uuid, ApiResponse> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        ApiResponse::detail(StatusCode::SERVICE_UNAVAILABLE, "the system has no random numbers; try again")
    })?;
    Ok(Builder::from_random_bytes(bytes).into_uuid())
}
