//! Feedback by conditions.

use rusqlite::{params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::stored_run::StoredFeedback;
use crate::store::feedback::{FEEDBACK, load, read};
use crate::store::{Store, StoreError};

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
