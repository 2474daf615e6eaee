//! Feedback on several runs, summed up by key.

use std::collections::BTreeMap;

use rusqlite::{Connection, params_from_iter};

use crate::query::conditions::Conditions;

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

/// Feedback on the runs that are selected, by key.
pub(crate) fn of_runs(conn: &Connection, conditions: &Conditions) -> rusqlite::Result<Vec<FeedbackStats>> {
    // there is far less feedback than runs, so it comes first
    let from = "feedback CROSS JOIN run ON run.id = feedback.run_id";
    let selected = conditions.sql();
    let sql = format!(
        "SELECT key, count(*), avg(score) FROM {from} WHERE key IS NOT NULL AND {selected} GROUP BY key ORDER BY key"
    );
    let mut stats = conn
        .prepare_cached(&sql)?
        .query_map(params_from_iter(&conditions.values), |row| {
            Ok(FeedbackStats { key: row.get(0)?, n: row.get(1)?, avg: row.get(2)?, values: BTreeMap::new() })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let sql = format!(
        "SELECT key, value, count(*) FROM {from} \
         WHERE key IS NOT NULL AND score IS NULL AND value IS NOT NULL AND {selected} GROUP BY key, value"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
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
