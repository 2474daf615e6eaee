//! Feedback on several runs, summed up by key.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params_from_iter, types::Value};
use uuid::Uuid;

use crate::query::QueryError;
use crate::query::conditions::{Conditions, blob};
use crate::store::Store;

/// Different values of one key that are counted one by one.
const MAX_VALUES: usize = 100;

/// Feedback of one key.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct FeedbackStats {
    /// What is scored.
    pub key: String,
    /// How many scores and values there are.
    pub n: u64,
    /// The mean of the scores that are numbers.
    pub avg: Option<f64>,
    /// How often each value that is no number was given, for the first hundred values.
    pub values: BTreeMap<String, u64>,
}

impl Store {
    /// Feedback on each of these runs; those without any are left out.
    pub fn feedback_stats(&self, run_ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<FeedbackStats>>, QueryError> {
        Ok(self.with(|conn| {
            let of = |id: &Uuid| Ok((*id, collect(conn, "feedback", "run_id = ?", &[blob(*id)])?));
            let all = run_ids.iter().map(of).collect::<rusqlite::Result<Vec<_>>>()?;
            Ok(all.into_iter().filter(|(_, stats)| !stats.is_empty()).collect())
        })?)
    }
}

/// Feedback on the runs that are selected, by key.
pub(crate) fn of_runs(conn: &Connection, conditions: &Conditions) -> rusqlite::Result<Vec<FeedbackStats>> {
    // there is far less feedback than runs, so it comes first
    let from = "feedback CROSS JOIN run ON run.id = feedback.run_id";
    collect(conn, from, conditions.sql(), &conditions.values)
}

fn collect(
    conn: &Connection,
    from: &str,
    selected: &str,
    values: &[Value],
) -> rusqlite::Result<Vec<FeedbackStats>> {
    let sql = format!(
        "SELECT key, count(*), avg(score) FROM {from} WHERE key IS NOT NULL AND {selected} GROUP BY key ORDER BY key"
    );
    let mut stats = conn
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), |row| {
            Ok(FeedbackStats { key: row.get(0)?, n: row.get(1)?, avg: row.get(2)?, values: BTreeMap::new() })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    if stats.is_empty() {
        return Ok(stats);
    }
    let sql = format!(
        "SELECT key, value, count(*) FROM {from} \
         WHERE key IS NOT NULL AND score IS NULL AND value IS NOT NULL AND {selected} GROUP BY key, value"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let key: String = row.get(0)?;
        if let Some(found) = stats.iter_mut().find(|stats| stats.key == key)
            && found.values.len() < MAX_VALUES
        {
            let value: String = row.get(1)?;
            // the text is JSON: a text in it is shown without its quotes
            let value = serde_json::from_str(&value).unwrap_or(value);
            found.values.insert(value, row.get(2)?);
        }
    }
    Ok(stats)
}
