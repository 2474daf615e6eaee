//! Deletes a project and its runs, some at a time, so that the writer is not held.

use std::collections::HashSet;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::store::{StoreError, deletion, orphans, trace_totals};

/// Runs that one transaction deletes.
const RUNS_PER_SLICE: i64 = 500;

/// Deletes some of a project's runs with all that hangs on them, and the project when it has no runs left. `false`:
/// there is more to delete.
///
/// Runs of other projects that are in the same traces stay, maybe without their parents.
pub(crate) fn delete_some_runs(conn: &Connection, project_id: Uuid) -> Result<bool, StoreError> {
    // the last to start goes first, so that few of what is left for the next transaction have lost their parents
    let sql = "SELECT rid, id, trace_id, dotted_order FROM run \
               WHERE pid = (SELECT pid FROM project WHERE project.id = ?1) ORDER BY start_us DESC LIMIT ?2";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
    let runs: Vec<(i64, Uuid, Uuid, String)> =
        conn.prepare_cached(sql)?.query_map((project_id, RUNS_PER_SLICE), read)?.collect::<Result<_, _>>()?;
    if runs.is_empty() {
        conn.prepare_cached("DELETE FROM project WHERE id = ?1")?.execute([project_id])?;
        return Ok(true);
    }
    let mut traces = HashSet::new();
    for (rid, id, trace_id, dotted_order) in runs {
        deletion::delete_run(conn, rid)?;
        orphans::mark_children(conn, id, trace_id, &dotted_order)?;
        traces.insert(trace_id);
    }
    for trace_id in traces {
        trace_totals::recount(conn, trace_id)?;
    }
    Ok(false)
}
