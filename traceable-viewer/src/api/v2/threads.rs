//! Threads: pages of them, the traces of one, and numbers.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::api::fields::{Fields, Pairs};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::v2::requests::{project, refuse_unsupported, selects, times};
use crate::api::v2::runs::Page;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{RunQuery, ThreadQuery, ThreadSummary};
use crate::run_json::{
    feedback_stats, seconds, thread_aggregate, thread_stats as stats_json, thread_turn, time_or_null,
};

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

/// The conditions of the roots of threads.
fn roots(fields: &Fields) -> Result<RunQuery, ApiResponse> {
    refuse_unsupported(fields)?;
    Ok(RunQuery {
        project_ids: project(fields)?,
        filter: fields.text("filter")?,
        trace_filter: fields.text("trace_filter")?,
        tree_filter: fields.text("tree_filter")?,
        ..times(fields)?
    })
}

/// `POST /threads/query`: a page of threads, last active first.
pub(crate) async fn query(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let query = ThreadQuery {
        runs: roots(&fields)?,
        limit: Some(fields.number("page_size", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT)),
        cursor: fields.text("cursor")?,
        ..ThreadQuery::default()
    };
    read_store(&state, move |store| {
        let page = store.threads(&query)?;
        let mut items = Vec::new();
        for thread in &page.threads {
            items.push(item(thread, store.last_error(thread)?));
        }
        JsonBody::of(&Page { items, next_cursor: page.next })
    })
    .await
}

fn item(thread: &ThreadSummary, last_error: Option<String>) -> Value {
    json!({
        "thread_id": thread.thread_id,
        "count": thread.turns,
        "start_time": time_or_null(thread.last_start_us),
        "min_start_time": time_or_null(thread.first_start_us),
        "max_start_time": time_or_null(thread.last_start_us),
        "first_trace_id": thread.first_trace_id,
        "last_trace_id": thread.last_trace_id,
        "trace_id": thread.last_trace_id,
        "first_inputs": thread.first_inputs,
        "last_outputs": thread.last_outputs,
        "last_error": last_error,
        "num_errored_turns": thread.errors,
        "latency_p50": seconds(thread.latency_p50_us),
        "latency_p99": seconds(thread.latency_p99_us),
        "total_tokens": thread.usage.total_tokens,
        "total_cost": thread.usage.total_cost.unwrap_or(0.0),
        "feedback_stats": feedback_stats(&thread.feedback),
        "query_metadata": null,
    })
}

/// `GET /threads/{thread}/traces`: a page of its traces, first turn first.
pub(crate) async fn traces(
    State(state): State<ApiState>,
    Path(thread_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let query = roots(&fields)?;
    let selects = selects(&fields, "selects", &[])?;
    let limit = fields.number("page_size", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let cursor = fields.text("cursor")?;
    read_store(&state, move |store| {
        let page = store.thread_turns(&query, &thread_id, limit, cursor.as_deref())?;
        let items = page.turns.iter().map(|turn| thread_turn(turn, &selects)).collect();
        JsonBody::of(&Page { items, next_cursor: page.next })
    })
    .await
}

/// `GET /threads/{thread}/stats`: numbers about one thread.
pub(crate) async fn thread_stats(
    State(state): State<ApiState>,
    Path(thread_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let query = roots(&fields)?;
    let selects = selects(&fields, "selects", &[])?;
    let body = read_store(&state, move |store| match store.thread(&query, &thread_id)? {
        Some(thread) => JsonBody::of(&stats_json(&thread, &selects)).map(Some),
        None => Ok(None),
    });
    body.await?.ok_or_else(|| ApiResponse::detail(StatusCode::NOT_FOUND, "Thread not found"))
}

/// `POST /threads/stats`: numbers about all threads of a project.
pub(crate) async fn stats(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let query = roots(&fields)?;
    let selects = selects(&fields, "select", &[])?;
    read_store(&state, move |store| JsonBody::of(&thread_aggregate(&store.all_threads(&query)?, &selects)))
        .await
}
