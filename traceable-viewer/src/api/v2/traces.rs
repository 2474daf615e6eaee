//! Traces: pages of their roots with totals, and the runs of one.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::fields::{Fields, Pairs, id};
use crate::api::path::Path;
use crate::api::stream_runs::{JsonArray, RunAnswer, stream_runs};
use crate::api::v2::requests::{ServerLinks, project, refuse_unsupported, run_selects, times};
use crate::api::v2::runs::{Form, RunList, RunPages};
use crate::api::{response::ApiResponse, state::ApiState};
use crate::model::stored_run::StoredRun;
use crate::query::{Order, QueryError, RunQuery, TraceTotals};
use crate::run_json::{Projection, RunSelect, time_or_null};
use crate::store::Store;

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 100;

#[derive(Serialize)]
struct Trace<'a> {
    root_run: Projection<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_aggregates: Option<Map<String, Value>>,
    query_metadata: (),
}

/// `POST /traces/query`: a page of traces, newest first.
pub(crate) async fn query(
    State(state): State<ApiState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiResponse> {
    let fields = Fields::of_body(&state, &headers, body).await?;
    refuse_unsupported(&fields)?;
    let selects = run_selects(&fields)?;
    let query = RunQuery {
        project_ids: project(&fields)?,
        // the id of a trace is that of its root
        ids: fields.ids("trace_ids")?,
        is_root: Some(true),
        // not documented, and about the root as in the other requests
        filter: fields.text("filter")?,
        trace_filter: fields.text("trace_filter")?,
        tree_filter: fields.text("tree_filter")?,
        limit: Some(fields.number("page_size", 1..=MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT)),
        cursor: fields.text("cursor")?,
        payloads: selects.iter().any(|select| select.is_payload()),
        ..times(&fields)?
    };
    let links = ServerLinks::of(&state, &headers);
    stream_runs(&state, query, TracePages(RunPages { selects, links, form: Form::Page })).await
}

/// Roots with what is selected of the totals of their traces.
#[derive(Clone)]
struct TracePages(RunPages);

impl RunAnswer for TracePages {
    fn open(&self) -> &'static str {
        self.0.open()
    }

    fn write(&self, store: &Store, roots: &[StoredRun], array: &mut JsonArray) -> Result<(), QueryError> {
        let RunPages { selects, links, .. } = &self.0;
        let trace_ids: Vec<_> = roots.iter().map(|root| root.trace_id).collect();
        let totals = store.trace_totals(&trace_ids)?;
        let list = RunList::read(store, roots, selects, links)?;
        roots.iter().try_for_each(|root| {
            let totals = totals.get(&root.trace_id).copied().unwrap_or_default();
            array.push(&Trace {
                root_run: list.projection(root),
                trace_aggregates: aggregates(selects, totals),
                query_metadata: (),
            })
        })
    }

    fn close(&self, next: Option<&str>) -> Result<Vec<u8>, QueryError> {
        self.0.close(next)
    }
}

/// What is selected of the totals; `None` when nothing is.
fn aggregates(selects: &[RunSelect], totals: TraceTotals) -> Option<Map<String, Value>> {
    let entries = [
        (RunSelect::TotalTokens, "total_tokens", json!(totals.usage.total_tokens)),
        (RunSelect::TotalCost, "total_cost", json!(totals.usage.total_cost)),
        (RunSelect::FirstTokenTime, "first_token_time", json!(time_or_null(totals.first_token_us))),
    ];
    let selected = entries.into_iter().filter(|(select, ..)| selects.contains(select));
    let map: Map<_, _> = selected.map(|(_, key, value)| (key.to_owned(), value)).collect();
    (!map.is_empty()).then_some(map)
}

/// `GET /traces/{id}/runs`: all runs of a trace, oldest first.
pub(crate) async fn runs(
    State(state): State<ApiState>,
    Path(trace_id): Path<String>,
    Query(pairs): Pairs,
    headers: HeaderMap,
) -> Result<Response, ApiResponse> {
    let fields = Fields::of_query(pairs);
    refuse_unsupported(&fields)?;
    let selects = run_selects(&fields)?;
    let query = RunQuery {
        project_ids: project(&fields)?,
        trace_id: Some(id("trace_id", &trace_id)?),
        filter: fields.text("filter")?,
        order: Order::OldestFirst,
        payloads: selects.iter().any(|select| select.is_payload()),
        ..times(&fields)?
    };
    let links = ServerLinks::of(&state, &headers);
    stream_runs(&state, query, RunPages { selects, links, form: Form::Items }).await
}
