//! The tab of projects.

use serde::Serialize;
use uuid::Uuid;

use super::answer::{Rows, written};
use super::rows::ms_of;
use crate::query::{ProjectRow, QueryError};
use crate::store::Store;

#[derive(Serialize)]
struct Project {
    id: Uuid,
    name: String,
    traces: u64,
    runs: u64,
    errors: u64,
    last_start: Option<f64>,
    p50_ms: Option<f64>,
    p95_ms: Option<f64>,
    total_tokens: u64,
    cost: Option<f64>,
    broken: u64,
}

pub(super) fn rows(store: &Store) -> Result<Vec<u8>, QueryError> {
    let seq = store.last_seq()?;
    let project = |row: ProjectRow| Project {
        id: row.id,
        name: row.name,
        traces: row.traces,
        runs: row.runs,
        errors: row.errors,
        last_start: ms_of(row.last_start_us),
        p50_ms: ms_of(row.p50_us),
        p95_ms: ms_of(row.p95_us),
        total_tokens: row.total_tokens,
        cost: row.cost,
        broken: row.broken,
    };
    let rows = store.project_rows()?.into_iter().map(project).collect();
    written(&Rows { rows, cursor: None, seq })
}
