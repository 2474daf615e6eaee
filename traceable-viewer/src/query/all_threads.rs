//! Numbers about all threads of some roots.

use rusqlite::{Connection, params_from_iter};

use crate::model::stored_run::Usage;
use crate::query::conditions::Conditions;
use crate::query::feedback_stats::{self, FeedbackStats};
use crate::query::stats::add_usage;
use crate::query::{QueryError, RunQuery, percentiles::Percentiles, threads::of_roots};
use crate::store::Store;

/// Numbers about threads. Times are in microseconds; those of a trace are those of its root.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct AllThreads {
    /// How many threads there are.
    pub threads: u64,
    /// How many traces they have.
    pub traces: u64,
    /// The part of the traces that has an error at its root; `None` without traces.
    pub error_rate: Option<f64>,
    /// The part of the traces that has a first token; `None` without traces.
    pub streaming_rate: Option<f64>,
    /// Half of the traces took no longer.
    pub latency_p50_us: Option<i64>,
    /// 99 of 100 traces took no longer.
    pub latency_p99_us: Option<i64>,
    /// Half of the traces that have a first token had it no later after their start.
    pub first_token_p50_us: Option<i64>,
    /// 99 of 100 traces that have a first token had it no later after their start.
    pub first_token_p99_us: Option<i64>,
    /// Half of the traces have no more tokens.
    pub median_tokens: Option<i64>,
    /// Tokens and costs of all runs of the traces.
    pub usage: Usage,
    /// Feedback on the roots, one entry for each key.
    pub feedback: Vec<FeedbackStats>,
}

impl Store {
    /// Numbers about all threads of the roots that a query selects.
    pub fn all_threads(&self, query: &RunQuery) -> Result<AllThreads, QueryError> {
        let conditions = of_roots(query)?;
        Ok(self.with(|conn| {
            // all reads have to see the same state of the database
            let tx = conn.unchecked_transaction()?;
            let mut all = of_traces(&tx, &conditions)?;
            let sql = format!("SELECT count(DISTINCT thread_id) FROM run WHERE {}", conditions.sql());
            let values = params_from_iter(&conditions.values);
            all.threads = tx.prepare_cached(&sql)?.query_row(values, |row| row.get(0))?;
            all.feedback = feedback_stats::of_runs(&tx, &conditions)?;
            Ok(all)
        })?)
    }
}

fn of_traces(conn: &Connection, conditions: &Conditions) -> rusqlite::Result<AllThreads> {
    let sql = format!(
        "SELECT run.status, run.start_us, run.latency_us, trace.first_token_us, trace.prompt_tokens, \
         trace.completion_tokens, trace.total_tokens, trace.prompt_cost, trace.completion_cost, trace.total_cost \
         FROM run LEFT JOIN trace USING(trace_id) WHERE {}",
        conditions.sql()
    );
    let mut all = AllThreads::default();
    let (mut errors, mut streamed) = (0_u64, 0_u64);
    let (mut latencies, mut first_tokens) = (Percentiles::default(), Percentiles::default());
    let mut tokens = Percentiles::default();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    while let Some(row) = rows.next()? {
        all.traces += 1;
        errors += u64::from(row.get::<_, i64>(0)? == 2);
        let start: Option<i64> = row.get(1)?;
        if let Some(latency) = row.get(2)? {
            latencies.add(latency);
        }
        if let Some(first_token) = row.get::<_, Option<i64>>(3)? {
            streamed += 1;
            first_tokens.add(first_token.saturating_sub(start.unwrap_or(first_token)));
        }
        tokens.add(row.get::<_, Option<i64>>(6)?.unwrap_or(0));
        add_usage(&mut all.usage, row, 4)?;
    }
    let rate = |part: u64| (all.traces > 0).then(|| part as f64 / all.traces as f64);
    (all.error_rate, all.streaming_rate) = (rate(errors), rate(streamed));
    (all.latency_p50_us, all.latency_p99_us) = (latencies.at(50.0), latencies.at(99.0));
    (all.first_token_p50_us, all.first_token_p99_us) = (first_tokens.at(50.0), first_tokens.at(99.0));
    all.median_tokens = tokens.at(50.0);
    Ok(all)
}
