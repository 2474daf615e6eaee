//! Traces: pages of their roots with totals, and the runs of one.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::api::fields::{Fields, Pairs, id};
use crate::api::json_response::JsonBody;
use crate::api::path::Path;
use crate::api::stream_runs::stream_runs;
use crate::api::v2::requests::{ServerLinks, project, refuse_unsupported, run_selects, times};
use crate::api::v2::runs::{Form, Page, RunList, RunPages};
use crate::api::{read_store::read_store, response::ApiResponse, state::ApiState};
use crate::query::{Order, RunQuery, TraceTotals};
use crate::run_json::{Projection, RunSelect, time_or_null};

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
) -> Result<JsonBody, ApiResponse> {
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
    read_store(&state, move |store| {
        let page = store.query(&query)?;
        let trace_ids: Vec<_> = page.runs.iter().map(|root| root.trace_id).collect();
        let totals = store.trace_totals(&trace_ids)?;
        let list = RunList::read(store, &page.runs, &selects, &links)?;
        let mut items = Vec::new();
        for root_run in list.projections() {
            let totals = totals.get(&root_run.run.trace_id).copied().unwrap_or_default();
            items.push(Trace {
                root_run,
                trace_aggregates: aggregates(&selects, totals),
                query_metadata: (),
            });
        }
        JsonBody::of(&Page { items, next_cursor: page.next })
    })
    .await
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
