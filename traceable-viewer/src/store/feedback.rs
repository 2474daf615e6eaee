//! The table `feedback`: scores and comments on runs.

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::{change::NewFeedback, stored_run::StoredFeedback, time};
use crate::store::{Store, StoreError};

const FEEDBACK: &str = "SELECT id, run_id, trace_id, key, score, value, comment, doc FROM feedback";

/// Which feedback is asked for. Conditions that are set have to hold; empty lists set none.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedbackQuery {
    pub(crate) run_ids: Vec<Uuid>,
    pub(crate) project_ids: Vec<Uuid>,
    pub(crate) keys: Vec<String>,
    /// Types of `feedback_source`.
    pub(crate) sources: Vec<String>,
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

impl Store {
    /// Feedback, oldest first.
    pub(crate) fn query_feedback(&self, query: &FeedbackQuery) -> Result<Vec<StoredFeedback>, StoreError> {
        let blobs = |ids: &[Uuid]| ids.iter().map(|id| Value::Blob(id.as_bytes().to_vec())).collect();
        let texts = |texts: &[String]| texts.iter().cloned().map(Value::Text).collect();
        let conditions: [(&str, Vec<Value>, &str); 4] = [
            ("run_id IN (", blobs(&query.run_ids), ")"),
            (
                "run_id IN (SELECT run.id FROM run JOIN project USING(pid) WHERE project.id IN (",
                blobs(&query.project_ids),
                "))",
            ),
            ("key IN (", texts(&query.keys), ")"),
            ("doc ->> '$.feedback_source.type' IN (", texts(&query.sources), ")"),
        ];
        let mut sql = format!("{FEEDBACK} WHERE true");
        let mut values = Vec::new();
        for (begin, given, end) in conditions {
            if !given.is_empty() {
                sql += &format!(" AND {begin}{}{end}", vec!["?"; given.len()].join(","));
                values.extend(given);
            }
        }
        sql += " ORDER BY created_us, rowid LIMIT ? OFFSET ?";
        let bounds = [query.limit, query.offset];
        values.extend(bounds.map(|number| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))));
        self.with(|conn| {
            conn.prepare_cached(&sql)?
                .query_map(params_from_iter(values), read)?
                .map(|row| Ok(row?))
                .collect()
        })
    }

    /// One piece of feedback.
    pub(crate) fn one_feedback(&self, id: Uuid) -> Result<Option<StoredFeedback>, StoreError> {
        self.with(|conn| load(conn, id))
    }
}

/// One piece of feedback.
pub(crate) fn load(conn: &Connection, id: Uuid) -> Result<Option<StoredFeedback>, StoreError> {
    Ok(conn.prepare_cached(&format!("{FEEDBACK} WHERE id = ?1"))?.query_row([id], read).optional()?)
}

/// Deletes feedback; `false` when there was none.
pub(crate) fn delete(conn: &Connection, id: Uuid) -> Result<bool, StoreError> {
    Ok(conn.prepare_cached("DELETE FROM feedback WHERE id = ?1")?.execute([id])? > 0)
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

fn read(row: &Row<'_>) -> rusqlite::Result<StoredFeedback> {
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
