//! Deletes runs, with all that belongs to them in other tables.

use rusqlite::Connection;
use uuid::Uuid;

/// What one run has, from table to table; the run itself is last, for the others are found through it.
const OF_A_RUN: [&str; 11] = [
    "DELETE FROM tag WHERE rid = ?1 AND tag IN (SELECT value FROM run, json_each(run.tags) WHERE run.rid = ?1)",
    "DELETE FROM attribute_key WHERE kid IN (SELECT kid FROM attribute WHERE rid = ?1) \
     AND NOT EXISTS (SELECT 1 FROM attribute WHERE kid = attribute_key.kid AND rid <> ?1)",
    "DELETE FROM attribute WHERE rid = ?1",
    "DELETE FROM attachment WHERE rid = ?1",
    "DELETE FROM run_text WHERE rowid = ?1",
    "DELETE FROM feedback WHERE run_id = (SELECT id FROM run WHERE rid = ?1)",
    "DELETE FROM share WHERE run_id = (SELECT id FROM run WHERE rid = ?1)",
    "DELETE FROM otel_run WHERE run_id = (SELECT id FROM run WHERE rid = ?1)",
    "DELETE FROM payload WHERE rid = ?1",
    "UPDATE highest_deleted SET seq = max(seq, (SELECT run.seq FROM run WHERE rid = ?1))",
    "DELETE FROM run WHERE rid = ?1",
];

/// All runs, and what belongs to them. Without a condition SQLite drops the pages of a table without reading them.
const ALL: &str = "DELETE FROM tag; DELETE FROM attribute; DELETE FROM attribute_key; DELETE FROM file; DELETE FROM attachment; \
    INSERT INTO run_text(run_text) VALUES('delete-all'); DELETE FROM feedback; DELETE FROM share; DELETE FROM otel_run; \
    DELETE FROM payload; DELETE FROM trace; \
    UPDATE highest_deleted SET seq = max(seq, (SELECT coalesce(max(run.seq), 0) FROM run)); DELETE FROM run; DELETE FROM project;";

/// Deletes a run.
pub(crate) fn delete_run(conn: &Connection, rid: i64) -> rusqlite::Result<()> {
    for sql in OF_A_RUN {
        conn.prepare_cached(sql)?.execute([rid])?;
    }
    Ok(())
}

/// Forgets the totals of a trace, if it has no run any more.
pub(crate) fn forget_empty_trace(conn: &Connection, trace_id: Uuid) -> rusqlite::Result<bool> {
    if conn.prepare_cached("SELECT 1 FROM run WHERE trace_id = ?1")?.exists([trace_id])? {
        return Ok(false);
    }
    conn.prepare_cached("DELETE FROM trace WHERE trace_id = ?1")?.execute([trace_id])?;
    Ok(true)
}

/// Deletes everything.
pub(crate) fn delete_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(ALL)
}
