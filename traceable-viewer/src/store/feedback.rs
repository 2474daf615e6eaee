//! The table `feedback`: scores and comments on runs.

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use crate::model::{change::NewFeedback, stored_run::StoredFeedback, time};
use crate::store::StoreError;

pub(crate) const FEEDBACK: &str =
    "SELECT id, run_id, trace_id, key, score, value, comment, doc FROM feedback";

/// One piece of feedback.
pub(crate) fn load(conn: &Connection, id: Uuid) -> Result<Option<StoredFeedback>, StoreError> {
    Ok(conn.prepare_cached(&format!("{FEEDBACK} WHERE id = ?1"))?.query_row([id], read).optional()?)
}

/// Deletes feedback; `false` when there was none.
pub(crate) fn delete(conn: &Connection, id: Uuid) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM feedback WHERE id = ?1")?.execute([id])? > 0)
}

/// How much feedback one operation of the writer looks at.
const LOOKED_AT_AT_ONCE: usize = 1000;

/// Deletes feedback that came before a time and whose run is not there, of some behind a row. Returns the last row that
/// it looked at; `None`: there are no more.
pub(crate) fn delete_some_without_run(
    conn: &Connection,
    after: i64,
    cutoff_us: i64,
) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT rowid FROM feedback WHERE rowid > ?1 ORDER BY rowid LIMIT 1 OFFSET ?2";
    let last: Option<i64> =
        conn.prepare_cached(sql)?.query_row((after, LOOKED_AT_AT_ONCE - 1), |row| row.get(0)).optional()?;
    let sql = "DELETE FROM feedback WHERE rowid > ?1 AND rowid <= ?2 AND created_us < ?3 \
               AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = coalesce(feedback.run_id, feedback.trace_id))";
    conn.prepare_cached(sql)?.execute((after, last.unwrap_or(i64::MAX), cutoff_us))?;
    Ok(last)
}

/// Stores feedback; one with the same id is replaced.
pub(crate) fn save(conn: &Connection, feedback: &NewFeedback) -> rusqlite::Result<()> {
    conn.prepare_cached(
        "INSERT INTO feedback(id, run_id, trace_id, key, score, value, comment, doc, created_us) \
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(id) DO UPDATE SET run_id = excluded.run_id, \
         trace_id = excluded.trace_id, key = excluded.key, score = excluded.score, value = excluded.value, \
         comment = excluded.comment, doc = excluded.doc",
    )?
    .execute((
        feedback.id,
        feedback.run_id,
        feedback.trace_id,
        &feedback.key,
        feedback.score,
        &feedback.value,
        &feedback.comment,
        &feedback.document,
        time::now_us(),
    ))?;
    Ok(())
}

/// The feedback on a run, oldest first.
pub(crate) fn list(conn: &Connection, run_id: Uuid) -> rusqlite::Result<Vec<StoredFeedback>> {
    let sql = format!("{FEEDBACK} WHERE run_id = ?1 ORDER BY created_us, rowid");
    conn.prepare_cached(&sql)?.query_map([run_id], read)?.collect()
}

/// Reads a row of [`FEEDBACK`].
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<StoredFeedback> {
    Ok(StoredFeedback {
        id: row.get(0)?,
        run_id: row.get(1)?,
        trace_id: row.get(2)?,
        key: row.get(3)?,
        score: row.get(4)?,
        value: row.get(5)?,
        comment: row.get(6)?,
        document: row.get(7)?,
    })
}
