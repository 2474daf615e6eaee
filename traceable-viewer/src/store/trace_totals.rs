//! The table `trace`: totals over the runs of a trace.

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::store::run_row::{ERROR, RunRow};

/// What a run adds to the totals of its trace.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    runs: i64,
    errors: i64,
    /// Of the prompt, of the answer, and all.
    tokens: [i64; 3],
    costs: [Option<f64>; 3],
    start_us: Option<i64>,
    end_us: Option<i64>,
    first_token_us: Option<i64>,
}

/// How the totals of one trace change in a transaction.
#[derive(Debug, Default)]
pub(crate) struct TotalsChange {
    added: Totals,
    /// Something was taken away that a sum or an extreme cannot forget, so the runs are counted again.
    recount: bool,
}

impl Totals {
    pub(crate) fn of(row: &RunRow) -> Self {
        let tokens = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
        let usage = &row.usage;
        Totals {
            runs: 1,
            errors: i64::from(row.status() == ERROR),
            tokens: [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens].map(tokens),
            costs: [usage.prompt_cost, usage.completion_cost, usage.total_cost],
            start_us: row.start_us,
            end_us: row.end_us,
            first_token_us: row.first_token_us,
        }
    }
}

impl TotalsChange {
    /// A run is now `new`; `old` is what it was in this trace before.
    pub(crate) fn change(&mut self, old: Option<&Totals>, new: &Totals) {
        if let Some(old) = old {
            // sums of costs would gather errors, and an extreme does not say which runs have it
            let forgets = |old: Option<i64>, new| old.is_some() && old != new;
            self.recount |= (0..3).any(|at| old.costs[at].is_some() && old.costs[at] != new.costs[at])
                || forgets(old.start_us, new.start_us)
                || forgets(old.end_us, new.end_us)
                || forgets(old.first_token_us, new.first_token_us);
        }
        let none = Totals::default();
        let before = old.unwrap_or(&none);
        self.added.runs += new.runs - before.runs;
        self.added.errors += new.errors - before.errors;
        for at in 0..3 {
            self.added.tokens[at] += new.tokens[at] - before.tokens[at];
            if before.costs[at].is_none() {
                self.added.costs[at] = sum(self.added.costs[at], new.costs[at]);
            }
        }
        self.added.start_us = least(self.added.start_us, new.start_us);
        self.added.first_token_us = least(self.added.first_token_us, new.first_token_us);
        self.added.end_us = self.added.end_us.max(new.end_us);
    }

    /// A run has left this trace.
    pub(crate) fn remove(&mut self) {
        self.recount = true;
    }

    pub(crate) fn save(&self, conn: &Connection, trace_id: Uuid) -> rusqlite::Result<()> {
        if self.recount {
            return recount(conn, trace_id);
        }
        let added = &self.added;
        let sql = "INSERT INTO trace VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
            ON CONFLICT(trace_id) DO UPDATE SET runs = runs + excluded.runs, errors = errors + excluded.errors, \
            start_us = min(coalesce(start_us, excluded.start_us), coalesce(excluded.start_us, start_us)), \
            end_us = max(coalesce(end_us, excluded.end_us), coalesce(excluded.end_us, end_us)), \
            prompt_tokens = prompt_tokens + excluded.prompt_tokens, \
            completion_tokens = completion_tokens + excluded.completion_tokens, \
            total_tokens = total_tokens + excluded.total_tokens, \
            prompt_cost = coalesce(prompt_cost + excluded.prompt_cost, prompt_cost, excluded.prompt_cost), \
            completion_cost = \
                coalesce(completion_cost + excluded.completion_cost, completion_cost, excluded.completion_cost), \
            total_cost = coalesce(total_cost + excluded.total_cost, total_cost, excluded.total_cost), \
            first_token_us = min(coalesce(first_token_us, excluded.first_token_us), \
                coalesce(excluded.first_token_us, first_token_us))";
        conn.prepare_cached(sql)?.execute(params![
            trace_id,
            added.runs,
            added.errors,
            added.start_us,
            added.end_us,
            added.tokens[0],
            added.tokens[1],
            added.tokens[2],
            added.costs[0],
            added.costs[1],
            added.costs[2],
            added.first_token_us,
        ])?;
        Ok(())
    }
}

/// Counts the runs of a trace again.
pub(crate) fn recount(conn: &Connection, trace_id: Uuid) -> rusqlite::Result<()> {
    conn.prepare_cached("DELETE FROM trace WHERE trace_id = ?1")?.execute([trace_id])?;
    conn.prepare_cached(&format!("{COUNT} WHERE trace_id = ?1 GROUP BY trace_id"))?.execute([trace_id])?;
    Ok(())
}

/// Counts the runs of all traces again.
pub(crate) fn recount_all(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(&format!("DELETE FROM trace; {COUNT} GROUP BY trace_id"))
}

const COUNT: &str = "INSERT INTO trace SELECT trace_id, count(*), sum(status = 2), min(start_us), max(end_us), \
    sum(prompt_tokens), sum(completion_tokens), sum(total_tokens), sum(prompt_cost), sum(completion_cost), \
    sum(total_cost), min(first_token_us) FROM run";

fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

fn least(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}
