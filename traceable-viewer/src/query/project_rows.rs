//! Projects in a line each: how many traces and runs, errors, latencies, tokens, broken traces.

use rusqlite::Connection;
use uuid::Uuid;

use crate::query::{QueryError, percentiles::Percentiles};
use crate::store::Store;

/// Projects of a list at most.
const MAX_PROJECTS: i64 = 1000;

/// Latencies are those of so many of the newest traces.
const MAX_LATENCIES: i64 = 10_000;

/// One project. Times are in microseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProjectRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) traces: u64,
    pub(crate) runs: u64,
    pub(crate) errors: u64,
    pub(crate) last_start_us: Option<i64>,
    pub(crate) p50_us: Option<i64>,
    pub(crate) p95_us: Option<i64>,
    pub(crate) total_tokens: u64,
    pub(crate) cost: Option<f64>,
    /// Roots that should not be roots.
    pub(crate) broken: u64,
}

impl Store {
    /// All projects, the one that was active last first.
    pub(crate) fn project_rows(&self) -> Result<Vec<ProjectRow>, QueryError> {
        Ok(self.with(|conn| {
            // all reads have to see the same state of the database
            let tx = conn.unchecked_transaction()?;
            let sql = "SELECT pid, id, name FROM project ORDER BY created_us DESC, pid DESC LIMIT ?1";
            let mut statement = tx.prepare_cached(sql)?;
            let found = statement.query_map([MAX_PROJECTS], |row| {
                Ok((row.get(0)?, ProjectRow { id: row.get(1)?, name: row.get(2)?, ..ProjectRow::default() }))
            })?;
            let mut rows = Vec::new();
            for project in found {
                let (pid, row): (i64, ProjectRow) = project?;
                rows.push(filled(&tx, pid, row)?);
            }
            rows.sort_by_key(|row| std::cmp::Reverse(row.last_start_us));
            Ok(rows)
        })?)
    }

    /// The names of projects, the one that was made last first.
    pub(crate) fn project_names(&self) -> Result<Vec<String>, QueryError> {
        Ok(self.with(|conn| {
            let sql = "SELECT name FROM project ORDER BY created_us DESC, pid DESC LIMIT ?1";
            let mut statement = conn.prepare_cached(sql)?;
            statement.query_map([MAX_PROJECTS], |row| row.get(0))?.map(|name| Ok(name?)).collect()
        })?)
    }

    /// How many runs there are.
    pub(crate) fn count_runs(&self) -> Result<u64, QueryError> {
        Ok(self.with(|conn| Ok(conn.query_row("SELECT count(*) FROM run", (), |row| row.get(0))?))?)
    }
}

fn filled(conn: &Connection, pid: i64, mut row: ProjectRow) -> rusqlite::Result<ProjectRow> {
    // each is answered by an index alone, but for the last two
    let runs = "SELECT count(*), sum(status = 2), max(start_us), sum(total_tokens), sum(total_cost) FROM run \
                WHERE pid = ?1";
    conn.prepare_cached(runs)?.query_row([pid], |found| {
        row.runs = found.get(0)?;
        row.errors = found.get::<_, Option<u64>>(1)?.unwrap_or(0);
        row.last_start_us = found.get(2)?;
        row.total_tokens = found.get::<_, Option<u64>>(3)?.unwrap_or(0);
        row.cost = found.get(4)?;
        Ok(())
    })?;
    let roots = "SELECT count(*) FROM run WHERE pid = ?1 AND parent_id IS NULL";
    row.traces = conn.prepare_cached(roots)?.query_row([pid], |found| found.get(0))?;
    let mut latencies = Percentiles::default();
    let newest =
        "SELECT latency_us FROM run WHERE pid = ?1 AND parent_id IS NULL ORDER BY start_us DESC LIMIT ?2";
    let mut statement = conn.prepare_cached(newest)?;
    let mut found = statement.query([pid, MAX_LATENCIES])?;
    while let Some(one) = found.next()? {
        if let Some(latency) = one.get(0)? {
            latencies.add(latency);
        }
    }
    (row.p50_us, row.p95_us) = (latencies.at(50.0), latencies.at(95.0));
    row.broken = conn.prepare_cached(BROKEN)?.query_row([pid], |found| found.get(0))?;
    Ok(row)
}

/// As `RunMarks::broken` has it.
const BROKEN: &str = "SELECT count(*) FROM attribute CROSS JOIN run USING(rid) WHERE attribute.kid = \
    (SELECT kid FROM attribute_key WHERE kind = 1 AND key = 'broken_trace_reason') \
    AND run.pid = ?1 AND run.parent_id IS NULL \
    AND (attribute.value NOT IN ('no_context_in_task', 'no_context_on_thread') OR EXISTS ( \
        SELECT 1 FROM attribute AS other WHERE other.rid = run.rid AND other.kid = \
        (SELECT kid FROM attribute_key WHERE kind = 1 AND key = 'suspected_parent')))";
