//! Shared runs, under the token of the run that is shared: all runs of its trace.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::stream_runs::stream_runs;
use crate::api::v2::requests::{ServerLinks, run_selects};
use crate::api::v2::runs::{Form, RunList, RunPages, not_found};
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{QueryError, RunQuery};
use crate::store::Store;

/// `POST /public/{token}/runs/query`
pub(crate) async fn query(
    State(state): State<ApiState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiResponse> {
    let token = id("share_token", &token)?;
    let fields = Fields::of_body(&state, &headers, body).await?;
    let selects = run_selects(&fields)?;
    let filter = fields.text("filter")?;
    let links = ServerLinks::of(&state, &headers);
    let trace_id =
        read_store(&state, move |store| shared_trace(store, token)).await?.ok_or_else(not_found)?;
    let payloads = selects.iter().any(|select| select.is_payload());
    let query = RunQuery { trace_id: Some(trace_id), filter, payloads, ..RunQuery::default() };
    stream_runs(&state, query, RunPages { selects, links, form: Form::Items }).await
}

/// `GET /public/{token}/run/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path((token, run_id)): Path<(String, String)>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<JsonBody, ApiResponse> {
    let (token, run_id) = (id("share_token", &token)?, id("id", &run_id)?);
    let selects = run_selects(&Fields::of_query(pairs))?;
    let links = ServerLinks::of(&state, &headers);
    let body = read_store(&state, move |store| {
        let trace_id = shared_trace(store, token)?;
        // no run of another trace is shown
        let run = store.run(run_id)?.filter(|run| Some(run.trace_id) == trace_id);
        let Some(run) = run else { return Ok(None) };
        let list = RunList::read(store, std::slice::from_ref(&run), &selects, &links)?;
        JsonBody::of(&list.projection(&run)).map(Some)
    });
    body.await?.ok_or_else(not_found)
}

fn shared_trace(store: &Store, token: Uuid) -> Result<Option<Uuid>, QueryError> {
    let Some(run_id) = store.shared_run(token)? else { return Ok(None) };
    Ok(store.run(run_id)?.map(|run| run.trace_id))
}
