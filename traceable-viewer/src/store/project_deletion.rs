//! Deletes a project and its runs, some at a time, so that the writer is not held.

use rusqlite::Connection;
use uuid::Uuid;

use crate::store::{StoreError, deletion};

/// Runs that one transaction deletes.
const RUNS_PER_SLICE: i64 = 500;

/// Deletes some of a project's runs with all that hangs on them, and the project when it has no runs left. `false`:
/// there is more to delete.
pub(crate) fn delete_some_runs(conn: &Connection, project_id: Uuid) -> Result<bool, StoreError> {
    let sql =
        "SELECT rid, trace_id FROM run WHERE pid = (SELECT pid FROM project WHERE project.id = ?1) LIMIT ?2";
    let runs: Vec<(i64, Uuid)> = conn
        .prepare_cached(sql)?
        .query_map((project_id, RUNS_PER_SLICE), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if runs.is_empty() {
        conn.prepare_cached("DELETE FROM project WHERE id = ?1")?.execute([project_id])?;
        return Ok(true);
    }
    for (rid, trace_id) in runs {
        deletion::delete_run(conn, rid)?;
        deletion::forget_empty_trace(conn, trace_id)?;
    }
    Ok(false)
}
