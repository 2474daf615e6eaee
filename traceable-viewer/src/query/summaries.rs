//! Traces in a line each: what their runs have together.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use uuid::Uuid;

use crate::query::{QueryError, conditions::blob};
use crate::store::Store;

/// How many runs a trace has, and what they took together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TraceCounts {
    /// How many runs were received.
    pub runs: u64,
    /// How many of them have an error.
    pub errors: u64,
    /// Tokens of all of them.
    pub total_tokens: u64,
    /// What all of them cost, in US dollars; `None` when none names a cost.
    pub total_cost: Option<f64>,
}

impl Store {
    /// Counts the runs of these traces; those that are not stored are left out.
    pub fn trace_counts(&self, trace_ids: &[Uuid]) -> Result<HashMap<Uuid, TraceCounts>, QueryError> {
        let marks = vec!["?"; trace_ids.len()].join(",");
        let sql = format!(
            "SELECT trace_id, count(*), sum(status = 2), sum(total_tokens), sum(total_cost) FROM run \
             WHERE trace_id IN ({marks}) GROUP BY trace_id"
        );
        let ids = trace_ids.iter().copied().map(blob);
        Ok(self.with(|conn| {
            let mut statement = conn.prepare(&sql)?;
            let rows = statement.query_map(params_from_iter(ids), |row| {
                let (runs, errors, total_tokens, total_cost) =
                    (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
                Ok((row.get(0)?, TraceCounts { runs, errors, total_tokens, total_cost }))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })?)
    }
}
