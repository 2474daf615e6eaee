//! Runs: one of them, and pages of them.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, bad, id};
use crate::api::file_signature::file_url;
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::stream_runs::{JsonArray, RunAnswer, stream_runs};
use crate::api::{FileSigner, read_store::read_store, response::ApiResponse, state::ApiState};
use crate::model::stored_run::StoredRun;
use crate::query::{Order, QueryError, RunQuery};
use crate::run_json::{FileUrl, RunJson};
use crate::store::Store;

/// Runs on a page at most. Clients send their own limit for all pages together, and go on by the cursor.
const MAX_RUNS: usize = 1000;

/// Keys that are read from long texts. That of an error is read for every list.
const PAYLOADS: [&str; 6] = ["inputs", "outputs", "extra", "events", "serialized", "messages"];

/// `GET /runs/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
    Query(pairs): Pairs,
) -> Result<JsonBody, ApiResponse> {
    let run_id = id("id", &run_id)?;
    let messages = Fields::of_query(pairs).flag("include_messages")? == Some(true);
    one_run(&state, run_id, messages).await
}

/// The answer that is one run.
pub(crate) async fn one_run(state: &ApiState, run_id: Uuid, messages: bool) -> Result<JsonBody, ApiResponse> {
    let signer = state.signer.clone();
    let body = read_store(state, move |store| {
        let Some(run) = store.run(run_id)? else { return Ok(None) };
        let feedback = store.feedback_stats(&[run_id])?.remove(&run_id).unwrap_or_default();
        let file_url = |name: &str| file_url(signer.as_ref(), run_id, name);
        let json = RunJson { run: &run, feedback: &feedback, file_url: Some(&file_url), messages };
        JsonBody::of(&json).map(Some)
    });
    body.await?.ok_or_else(not_found)
}

/// `POST /runs/query`
pub(crate) async fn query(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let selects = fields.texts("select")?;
    page(&state, run_query(&fields)?, selects).await
}

/// The answer that is a page of runs. What is selected decides what is read, and not which keys there are.
pub(crate) async fn page(
    state: &ApiState,
    mut query: RunQuery,
    selects: Vec<String>,
) -> Result<Response, ApiResponse> {
    let selected = |key: &str| selects.iter().any(|select| select.eq_ignore_ascii_case(key));
    query.payloads = selects.is_empty() || PAYLOADS.into_iter().any(selected);
    let feedback = selects.is_empty() || selected("feedback_stats");
    // clients that select files load all of them
    let files = selected("s3_urls");
    let files = files.then(|| state.signer.clone());
    stream_runs(state, query, Page { feedback, files }).await
}

/// `{"runs": [..], "cursors": {..}, ..}`
#[derive(Clone)]
struct Page {
    /// Whether the feedback on the runs is read.
    feedback: bool,
    /// What signs the links to files, if links are wanted and links are signed.
    files: Option<Option<FileSigner>>,
}

impl RunAnswer for Page {
    fn open(&self) -> &'static str {
        r#"{"runs":["#
    }

    fn write(&self, store: &Store, runs: &[StoredRun], array: &mut JsonArray) -> Result<(), QueryError> {
        let ids: Vec<Uuid> = runs.iter().map(|run| run.id).collect();
        let stats = if self.feedback { store.feedback_stats(&ids)? } else { HashMap::new() };
        for run in runs {
            let url = self.files.as_ref().map(|signer| |name: &str| file_url(signer.as_ref(), run.id, name));
            array.push(&RunJson {
                run,
                feedback: stats.get(&run.id).map(Vec::as_slice).unwrap_or_default(),
                file_url: url.as_ref().map(|url| url as FileUrl<'_>),
                messages: false,
            })?;
        }
        Ok(())
    }

    fn close(&self, next: Option<&str>) -> Result<Vec<u8>, QueryError> {
        let cursors = json!({ "next": next, "prev": null });
        Ok(format!(r#"],"cursors":{cursors},"search_cursors":null,"parsed_query":null}}"#).into_bytes())
    }
}

/// What a body asks for. Keys that are not known do not count.
pub(crate) fn run_query(fields: &Fields) -> Result<RunQuery, ApiResponse> {
    let mut project_ids = fields.ids("session")?;
    // some clients send this one beside the other, or in its place
    project_ids.extend(fields.id("session_id")?.filter(|id| !project_ids.contains(id)));
    let mut query = RunQuery {
        project_ids,
        ids: fields.ids("id")?,
        trace_id: fields.id("trace")?,
        parent_id: fields.id("parent_run")?,
        run_type: fields.text("run_type")?,
        is_root: fields.flag("is_root")?,
        has_error: fields.flag("error")?,
        reference_example_ids: fields.ids("reference_example")?,
        min_start_us: fields.time("start_time")?,
        max_start_us: fields.time("end_time")?,
        filter: expression(fields, "filter")?,
        trace_filter: expression(fields, "trace_filter")?,
        tree_filter: expression(fields, "tree_filter")?,
        order: order(fields)?,
        limit: fields.number("limit", 1..=1_000_000)?.map(|limit| limit.min(MAX_RUNS)),
        offset: fields.number("offset", 0..=1_000_000_000)?.unwrap_or(0),
        cursor: expression(fields, "cursor")?,
        ..RunQuery::default()
    };
    // 1 means the runs that are executed first, and those are the roots
    if fields.number("execution_order", 1..=1_000_000)? == Some(1) {
        query.is_root = Some(true);
    }
    let texts: Vec<String> =
        [expression(fields, "query")?, expression(fields, "search_filter")?].into_iter().flatten().collect();
    query.text = (!texts.is_empty()).then(|| texts.join(" "));
    Ok(query)
}

/// A text that is not blank.
fn expression(fields: &Fields, key: &str) -> Result<Option<String>, ApiResponse> {
    Ok(fields.text(key)?.filter(|text| !text.trim().is_empty()))
}

/// By start, whichever of two keys says so.
fn order(fields: &Fields) -> Result<Order, ApiResponse> {
    let (order, order_by) = (fields.text("order")?, fields.text("order_by")?);
    match (order.as_deref(), order_by.as_deref()) {
        (Some("asc"), _) | (None, Some("start_time" | "+start_time")) => Ok(Order::OldestFirst),
        (Some("desc") | None, None | Some("-start_time" | "start_time" | "+start_time")) => {
            Ok(Order::NewestFirst)
        }
        (Some("desc") | None, Some(_)) => Err(bad("runs are ordered by `start_time` or `-start_time`")),
        (Some(_), _) => Err(bad("`order` is `asc` or `desc`")),
    }
}

/// The answer for a run that is not stored.
pub(crate) fn not_found() -> ApiResponse {
    ApiResponse::detail(StatusCode::NOT_FOUND, "Run not found")
}
