//! `POST /runs/group`: traces by the conversation that they belong to.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::{Value, json};

use crate::api::fields::{Fields, bad};
use crate::api::json_response::JsonBody;
use crate::api::v1::runs::run_query;
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{ThreadQuery, ThreadSummary};
use crate::run_json::{feedback_stats, seconds, time_or_null};

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 1000;

pub(crate) async fn groups(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    match fields.text("group_by")?.as_deref() {
        None | Some("conversation") => {}
        Some(_) => return Err(bad("`group_by` is not supported; runs are grouped by `conversation`")),
    }
    let query = ThreadQuery {
        runs: run_query(&fields)?,
        limit: Some(fields.number("limit", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT)),
        offset: fields.number("offset", 0..=usize::MAX)?.unwrap_or(0),
        ..ThreadQuery::default()
    };
    read_store(&state, move |store| {
        let page = store.threads(&query)?;
        let mut groups = Vec::new();
        for thread in &page.threads {
            groups.push(group(thread, store.last_error(thread)?));
        }
        JsonBody::of(&json!({ "groups": groups, "total": store.count_threads(&query.runs)? }))
    })
    .await
}

fn group(thread: &ThreadSummary, last_error: Option<String>) -> Value {
    json!({
        "group_key": thread.thread_id,
        "filter": format!("eq(thread_id, {})", json!(thread.thread_id)),
        "count": thread.turns,
        "total_tokens": thread.usage.total_tokens,
        "total_cost": thread.usage.total_cost.map(|cost| cost.to_string()),
        "min_start_time": time_or_null(thread.first_start_us),
        "max_start_time": time_or_null(thread.last_start_us),
        "latency_p50": seconds(thread.latency_p50_us),
        "latency_p99": seconds(thread.latency_p99_us),
        "feedback_stats": feedback_stats(&thread.feedback),
        "first_inputs": thread.first_inputs,
        "last_outputs": thread.last_outputs,
        "last_error": last_error,
    })
}
