//! `GET /api/local/trace/{id}`: all runs of a trace in a line each, and why its root should not be one.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::answer::written;
use super::fixes::{Broken, Suspect, broken};
use super::rows::{ms_of, preview_of, span};
use crate::api::{ApiResponse, ApiState, read_store};
use crate::model::stored_run::StoredRun;
use crate::query::{QueryError, RunMarks, RunQuery};
use crate::store::Store;

#[derive(Serialize)]
struct Trace {
    trace_id: Uuid,
    name: String,
    project: String,
    seq: i64,
    runs: Vec<TreeRun>,
}

#[derive(Serialize)]
struct TreeRun {
    id: Uuid,
    /// May be a run that never arrived.
    parent: Option<Uuid>,
    name: String,
    r#type: String,
    status: &'static str,
    start: Option<f64>,
    end: Option<f64>,
    first_token_ms: Option<f64>,
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    cost: Option<f64>,
    model: Option<String>,
    error: Option<String>,
    input: Option<String>,
    output: Option<String>,
    tags: Vec<String>,
    broken: Option<Broken>,
}

/// The name of the trace, and its runs; `None` when it has none.
pub(crate) async fn answer(
    state: &ApiState,
    trace_id: Uuid,
) -> Result<Option<(String, Vec<u8>)>, ApiResponse> {
    read_store(state, move |store| read(store, trace_id)).await
}

fn read(store: &Store, trace_id: Uuid) -> Result<Option<(String, Vec<u8>)>, QueryError> {
    let seq = store.last_seq()?;
    let mut runs = store.query(&RunQuery { trace_id: Some(trace_id), ..RunQuery::default() })?.runs;
    runs.sort_by(|a, b| (&a.dotted_order, a.id).cmp(&(&b.dotted_order, b.id)));
    let Some(first) = runs.first() else { return Ok(None) };
    // the root may be missing
    let root = runs.iter().find(|run| run.id == trace_id).unwrap_or(first);
    let (name, project) = (root.name.clone(), root.project.clone());
    let mut marks = store.marks_of_trace(trace_id)?;
    let suspects: Vec<Uuid> = marks.values().filter_map(|marks| marks.suspect).collect();
    let names = store.names(&suspects)?;
    let runs = runs.into_iter().map(|run| {
        let marks = marks.remove(&run.id).unwrap_or_default();
        tree_run(run, &marks, &names)
    });
    let trace = Trace { trace_id, name: name.clone(), project, seq, runs: runs.collect() };
    Ok(Some((name, written(&trace)?)))
}

fn tree_run(run: StoredRun, marks: &RunMarks, names: &HashMap<Uuid, (Uuid, String)>) -> TreeRun {
    let suspect = marks.suspect.and_then(|id| Some(Suspect::new(id, names.get(&id)?)));
    let reason = marks.broken().filter(|_| run.parent_id.is_none());
    TreeRun {
        status: marks.status(&run),
        start: ms_of(run.start_us),
        end: ms_of(run.end_us),
        first_token_ms: span(run.start_us, run.first_token_us),
        error: preview_of(run.error.as_deref()),
        input: preview_of(run.inputs_preview.as_deref()),
        output: preview_of(run.outputs_preview.as_deref()),
        broken: reason.map(|reason| broken(reason, marks.site.as_deref(), suspect, &run.name)),
        prompt_tokens: run.usage.prompt_tokens,
        completion_tokens: run.usage.completion_tokens,
        total_tokens: run.usage.total_tokens,
        cost: run.usage.total_cost,
        id: run.id,
        parent: run.parent_id,
        name: run.name,
        r#type: run.run_type,
        model: run.model,
        tags: run.tags,
    }
}
