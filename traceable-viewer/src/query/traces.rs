//! Totals of traces.

use std::collections::HashMap;

use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use crate::model::stored_run::Usage;
use crate::query::{QueryError, conditions::blob};
use crate::store::Store;

/// What the runs of a trace have together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TraceTotals {
    /// How many runs it has.
    pub runs: u64,
    /// How many of them have an error.
    pub errors: u64,
    /// Tokens and costs of all its runs.
    pub usage: Usage,
    /// When the first token of any of its runs came, in microseconds since 1970.
    pub first_token_us: Option<i64>,
}

impl Store {
    /// The totals of these traces; those that are not stored are left out.
    pub fn trace_totals(&self, trace_ids: &[Uuid]) -> Result<HashMap<Uuid, TraceTotals>, QueryError> {
        Ok(self.with(|conn| Ok(totals(conn, trace_ids)?))?)
    }
}

fn totals(conn: &Connection, trace_ids: &[Uuid]) -> rusqlite::Result<HashMap<Uuid, TraceTotals>> {
    let marks = vec!["?"; trace_ids.len()].join(",");
    let sql = format!(
        "SELECT trace_id, prompt_tokens, completion_tokens, total_tokens, prompt_cost, completion_cost, total_cost, \
         first_token_us, runs, errors FROM trace WHERE trace_id IN ({marks})"
    );
    let ids = trace_ids.iter().copied().map(blob);
    conn.prepare(&sql)?
        .query_map(params_from_iter(ids), |row| {
            let usage = Usage {
                prompt_tokens: row.get(1)?,
                completion_tokens: row.get(2)?,
                total_tokens: row.get(3)?,
                prompt_cost: row.get(4)?,
                completion_cost: row.get(5)?,
                total_cost: row.get(6)?,
            };
            let (first_token_us, runs, errors) = (row.get(7)?, row.get(8)?, row.get(9)?);
            Ok((row.get(0)?, TraceTotals { runs, errors, usage, first_token_us }))
        })?
        .collect()
}
