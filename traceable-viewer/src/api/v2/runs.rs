//! Runs: pages of them, one of them, its page for people.

use std::collections::HashMap;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::api::fields::{Fields, Pairs, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::stream_runs::{JsonArray, RunAnswer, stream_runs};
use crate::api::v2::requests::{ServerLinks, run_query, run_selects};
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::model::stored_run::StoredRun;
use crate::query::{FeedbackStats, QueryError};
use crate::run_json::{Projection, RunSelect, links::run_page};
use crate::store::Store;

/// `POST /runs/query`: a page of runs, as JSON or as events.
pub(crate) async fn query(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    let mut query = run_query(&fields)?;
    let selects = run_selects(&fields)?;
    query.payloads = selects.iter().any(|select| select.is_payload());
    // there are no datasets here
    let of_dataset = fields.id("reference_dataset_id")?.is_some();
    let links = ServerLinks::of(&state, &headers);
    if of_dataset {
        // no run has this id
        query.ids = vec![Uuid::nil()];
    }
    let form = if accepts_events(&headers) { Form::Events } else { Form::Page };
    stream_runs(&state, query, RunPages { selects, links, form }).await
}

/// `GET /runs/{id}`
pub(crate) async fn retrieve(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<JsonBody, ApiResponse> {
    let fields = Fields::of_query(pairs);
    let (run_id, selects) = (id("id", &run_id)?, run_selects(&fields)?);
    let links = ServerLinks::of(&state, &headers);
    let body = read_store(&state, move |store| {
        let Some(run) = store.run(run_id)? else { return Ok(None) };
        let list = RunList::read(store, std::slice::from_ref(&run), &selects, &links)?;
        JsonBody::of(&list.projection(&run)).map(Some)
    });
    body.await?.ok_or_else(not_found)
}

/// `GET /runs/{id}/url`: where the page of a run is.
pub(crate) async fn url(
    State(state): State<ApiState>,
    Path(run_id): Path<String>,
    headers: HeaderMap,
) -> Result<JsonBody, ApiResponse> {
    let run_id = id("id", &run_id)?;
    let links = ServerLinks::of(&state, &headers);
    let body = read_store(&state, move |store| {
        let Some(run) = store.run(run_id)? else { return Ok(None) };
        JsonBody::of(&json!({ "url": format!("{}{}", links.base_url, run_page(&run)) })).map(Some)
    });
    body.await?.ok_or_else(not_found)
}

/// A page of anything.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next_cursor: Option<String>,
}

/// What is around the runs of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `{"items": [..], "next_cursor": ..}`
    Page,
    /// All runs, without a cursor: `{"items": [..]}`
    Items,
    /// A page as events. Their data are operations of JSON Patch that make the page out of nothing: one is enough.
    Events,
}

/// Runs with the keys that are selected.
#[derive(Clone)]
pub(crate) struct RunPages {
    pub(crate) selects: Vec<RunSelect>,
    pub(crate) links: ServerLinks,
    pub(crate) form: Form,
}

impl RunAnswer for RunPages {
    fn open(&self) -> &'static str {
        match self.form {
            Form::Page | Form::Items => r#"{"items":["#,
            Form::Events => "event: data\ndata: [{\"op\":\"add\",\"path\":\"\",\"value\":{\"items\":[",
        }
    }

    fn write(&self, store: &Store, runs: &[StoredRun], array: &mut JsonArray) -> Result<(), QueryError> {
        let list = RunList::read(store, runs, &self.selects, &self.links)?;
        runs.iter().try_for_each(|run| array.push(&list.projection(run)))
    }

    fn close(&self, next: Option<&str>) -> Result<Vec<u8>, QueryError> {
        let mut end = b"]".to_vec();
        if self.form != Form::Items {
            end.extend(format!(r#","next_cursor":{}"#, json!(next)).into_bytes());
        }
        end.push(b'}');
        if self.is_events() {
            end.extend_from_slice(b"}]\n\nevent: end\ndata: null\n\n");
        }
        Ok(end)
    }

    fn is_events(&self) -> bool {
        self.form == Form::Events
    }
}

/// The answer for a run that is not stored.
pub(crate) fn not_found() -> ApiResponse {
    ApiResponse::detail(StatusCode::NOT_FOUND, "Run not found")
}

/// What is read besides runs, to write them.
pub(crate) struct RunList<'a> {
    selects: &'a [RunSelect],
    links: &'a ServerLinks,
    feedback: HashMap<Uuid, Vec<FeedbackStats>>,
}

impl<'a> RunList<'a> {
    pub(crate) fn read(
        store: &Store,
        runs: &[StoredRun],
        selects: &'a [RunSelect],
        links: &'a ServerLinks,
    ) -> Result<Self, QueryError> {
        let feedback = match selects.contains(&RunSelect::FeedbackStats) {
            true => store.feedback_stats(&runs.iter().map(|run| run.id).collect::<Vec<_>>())?,
            false => HashMap::new(),
        };
        Ok(RunList { selects, links, feedback })
    }

    pub(crate) fn projection<'b>(&'b self, run: &'b StoredRun) -> Projection<'b> {
        let feedback = self.feedback.get(&run.id).map(Vec::as_slice).unwrap_or_default();
        Projection { run, selects: self.selects, links: self.links, feedback }
    }
}

/// Whether a client wants events (server-sent) and no JSON.
fn accepts_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|media| media.trim().starts_with("text/event-stream"))
}
