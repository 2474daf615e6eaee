//! `GET /api/local/list`: a page of traces, runs, threads or projects.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::answer::{Rows, written};
use super::params::{self, Tab};
use super::rows::{ms_of, preview_of, span};
use super::{projects, threads};
use crate::api::{ApiResponse, ApiState, Fields, read_store};
use crate::model::stored_run::{RunStatus, StoredRun};
use crate::query::{QueryError, RunMarks, RunQuery, Sort, TraceTotals};
use crate::store::Store;

/// A trace or a run. Tokens, costs, runs and errors of a trace are those of all its runs.
#[derive(Serialize)]
struct Row {
    id: Uuid,
    trace_id: Uuid,
    parent_id: Option<Uuid>,
    name: String,
    run_type: String,
    status: &'static str,
    start: Option<f64>,
    end: Option<f64>,
    latency_ms: Option<f64>,
    /// From the start to the first token.
    first_token_ms: Option<f64>,
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    cost: Option<f64>,
    tags: Vec<String>,
    project: String,
    input: Option<String>,
    output: Option<String>,
    error: Option<String>,
    model: Option<String>,
    thread_id: Option<String>,
    runs: u64,
    errors: u64,
    broken: Option<String>,
}

pub(crate) async fn answer(state: &ApiState, fields: &Fields) -> Result<Vec<u8>, ApiResponse> {
    let tab = params::tab(fields)?;
    let query = params::query(fields, tab)?;
    let sort = params::sort(fields, tab)?;
    read_store(state, move |store| match tab {
        Tab::Traces | Tab::Runs => runs(store, &query, sort),
        Tab::Threads => threads::rows(store, query),
        Tab::Projects => projects::rows(store),
    })
    .await
}

fn runs(store: &Store, query: &RunQuery, sort: Sort) -> Result<Vec<u8>, QueryError> {
    // read first: what comes meanwhile is told again, and not left out
    let seq = store.last_seq()?;
    let page = store.sorted(query, sort)?;
    let ids: Vec<Uuid> = page.runs.iter().map(|run| run.id).collect();
    let mut marks = store.marks(&ids)?;
    let trace_ids: Vec<Uuid> = page.runs.iter().map(|run| run.trace_id).filter(|_| sort.of_traces).collect();
    let totals = if trace_ids.is_empty() { HashMap::new() } else { store.trace_totals(&trace_ids)? };
    let rows = page.runs.into_iter().map(|run| {
        let marks = marks.remove(&run.id).unwrap_or_default();
        let totals = totals.get(&run.trace_id).copied().unwrap_or_else(|| totals_of_run(&run));
        row(run, &marks, &totals)
    });
    written(&Rows { rows: rows.collect(), cursor: page.next, seq })
}

/// Those of a run alone.
fn totals_of_run(run: &StoredRun) -> TraceTotals {
    let errors = u64::from(run.status == RunStatus::Error);
    TraceTotals { runs: 1, errors, usage: run.usage, first_token_us: run.first_token_us }
}

fn row(run: StoredRun, marks: &RunMarks, totals: &TraceTotals) -> Row {
    let usage = totals.usage;
    Row {
        status: marks.status(&run),
        start: ms_of(run.start_us),
        end: ms_of(run.end_us),
        latency_ms: span(run.start_us, run.end_us),
        first_token_ms: span(run.start_us, totals.first_token_us),
        prompt_tokens: usage.prompt_tokens,
        completion_tokens: usage.completion_tokens,
        total_tokens: usage.total_tokens,
        cost: usage.total_cost,
        input: preview_of(run.inputs_preview.as_deref()),
        output: preview_of(run.outputs_preview.as_deref()),
        error: preview_of(run.error.as_deref()),
        runs: totals.runs,
        errors: totals.errors,
        broken: marks.broken().filter(|_| run.parent_id.is_none()).map(str::to_owned),
        id: run.id,
        trace_id: run.trace_id,
        parent_id: run.parent_id,
        name: run.name,
        run_type: run.run_type,
        tags: run.tags,
        project: run.project,
        model: run.model,
        thread_id: run.thread_id,
    }
}
