//! Shared runs: a run and its trace, read under a token that the client chooses.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::api::fields::{Fields, bad, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::v1::runs::{self, not_found};
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::RunQuery;
use crate::store::{self, Shared};

/// `PUT /runs/{id}/share`; some clients say that the body is text.
pub(crate) async fn share(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, ApiResponse> {
    let run_id = id("id", &run_id)?;
    let fields = Fields::of_body(&state, &headers, body).await?;
    let Some(token) = fields.id("share_token")? else {
        return Err(bad("`share_token` is missing; send a random UUID"));
    };
    if fields.id("run_id")?.is_some_and(|other| other != run_id) {
        return Err(bad("`run_id` is another run than the one in the path"));
    }
    match state.writer.edit(move |conn| store::share(conn, run_id, token)).await? {
        Shared::Done => Ok(Json(json!({ "run_id": run_id, "share_token": token }))),
        Shared::UnknownRun => Err(not_found()),
        Shared::TokenTaken => {
            Err(ApiResponse::detail(StatusCode::CONFLICT, "another run is shared under this token"))
        }
    }
}

/// `GET /runs/{id}/share`: null when the run is not shared.
pub(crate) async fn read(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
) -> Result<Json<Value>, ApiResponse> {
    let run_id = id("id", &run_id)?;
    let run = read_store(&state, move |store| Ok(store.run(run_id)?)).await?.ok_or_else(not_found)?;
    let shared = run.share_token.map(|token| json!({ "run_id": run_id, "share_token": token }));
    Ok(Json(shared.unwrap_or(Value::Null)))
}

/// `DELETE /runs/{id}/share`
pub(crate) async fn unshare(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
) -> Result<Json<Value>, ApiResponse> {
    let run_id = id("id", &run_id)?;
    match state.writer.edit(move |conn| store::unshare(conn, run_id)).await? {
        true => Ok(Json(Value::Null)),
        false => Err(not_found()),
    }
}

/// `GET /public/{token}/run`
pub(crate) async fn run(
    State(state): State<ApiState>,
    Path(token): Path<String>,
) -> Result<JsonBody, ApiResponse> {
    let run_id = shared_run(&state, &token).await?;
    runs::one_run(&state, run_id, false).await
}

/// `POST /public/{token}/runs/query`: the runs of its trace, or some of them by id.
pub(crate) async fn runs(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiResponse> {
    let run_id = shared_run(&state, &token).await?;
    let fields = Fields::of_body(&state, &headers, body).await?;
    let ids = fields.ids("id")?;
    let run = read_store(&state, move |store| Ok(store.run(run_id)?)).await?.ok_or_else(not_found)?;
    let mut query = RunQuery { trace_id: Some(run.trace_id), payloads: false, ..RunQuery::default() };
    if !ids.is_empty() {
        let of_trace = read_store(&state, {
            let query = query.clone();
            move |store| Ok(store.query(&query)?.runs)
        });
        // by id no other condition counts, so it has to be checked here
        query.ids = of_trace.await?.iter().map(|run| run.id).filter(|id| ids.contains(id)).collect();
        if query.ids.is_empty() {
            return Err(not_found());
        }
    }
    runs::page(&state, query, fields.texts("select")?).await
}

async fn shared_run(state: &ApiState, token: &str) -> Result<Uuid, ApiResponse> {
    let token = id("share_token", token)?;
    read_store(state, move |store| Ok(store.shared_run(token)?)).await?.ok_or_else(not_found)
}
