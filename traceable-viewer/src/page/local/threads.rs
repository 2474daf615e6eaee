//! The tab of threads: conversations, the one that was active last first.

use serde::Serialize;

use super::answer::{Rows, written};
use super::rows::{ms_of, preview_of};
use crate::query::{QueryError, RunQuery, ThreadQuery, ThreadSummary};
use crate::store::Store;

#[derive(Serialize)]
struct Thread {
    id: String,
    project: Option<String>,
    turns: u64,
    start: Option<f64>,
    end: Option<f64>,
    total_tokens: u64,
    cost: Option<f64>,
    first_input: Option<String>,
    last_output: Option<String>,
    errors: u64,
}

pub(super) fn rows(store: &Store, mut runs: RunQuery) -> Result<Vec<u8>, QueryError> {
    let seq = store.last_seq()?;
    let (limit, cursor) = (runs.limit.take(), runs.cursor.take());
    let page = store.threads(&ThreadQuery { runs, limit, cursor, ..ThreadQuery::default() })?;
    let thread = |summary: ThreadSummary| {
        let project = store.project_of_trace(summary.last_trace_id)?;
        Ok(Thread {
            project,
            turns: summary.turns,
            start: ms_of(summary.first_start_us),
            end: ms_of(summary.last_end_us.max(summary.last_start_us)),
            total_tokens: summary.usage.total_tokens,
            cost: summary.usage.total_cost,
            first_input: preview_of(summary.first_inputs.as_deref()),
            last_output: preview_of(summary.last_outputs.as_deref()),
            errors: summary.errors,
            id: summary.thread_id,
        })
    };
    let threads = page.threads.into_iter().map(thread).collect::<Result<Vec<_>, QueryError>>()?;
    written(&Rows { rows: threads, cursor: page.next, seq })
}
