//! Statistics over the runs that a query selects.

use rusqlite::{Connection, Row, params_from_iter};

use crate::model::stored_run::Usage;
use crate::query::feedback_stats::{self, FeedbackStats};
use crate::query::{QueryError, RunQuery, conditions::Conditions, percentiles::Percentiles};
use crate::store::Store;

/// Numbers about the runs that a query selects. Times are in microseconds; percentiles of more than 65 536 runs are
/// within a thousandth.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunStats {
    /// How many runs there are.
    pub run_count: u64,
    /// Half of the runs that have ended took no longer.
    pub latency_p50_us: Option<i64>,
    /// 99 of 100 runs that have ended took no longer.
    pub latency_p99_us: Option<i64>,
    /// Half of the runs that have a first token had it no later after their start.
    pub first_token_p50_us: Option<i64>,
    /// 99 of 100 runs that have a first token had it no later after their start.
    pub first_token_p99_us: Option<i64>,
    /// Half of the runs that have a cost cost no more, in US dollars.
    pub cost_p50: Option<f64>,
    /// 99 of 100 runs that have a cost cost no more, in US dollars.
    pub cost_p99: Option<f64>,
    /// Tokens and costs of all of them.
    pub usage: Usage,
    /// The part of the runs that has an error; `None` without runs.
    pub error_rate: Option<f64>,
    /// The part of the runs that has a first token; `None` without runs.
    pub streaming_rate: Option<f64>,
    /// The last start.
    pub last_start_us: Option<i64>,
    /// Feedback on these runs, one entry for each key.
    pub feedback: Vec<FeedbackStats>,
}

/// Costs are counted in these parts of a dollar while their percentiles are taken.
const PARTS_OF_A_DOLLAR: f64 = 1e9;

impl Store {
    /// Statistics over all runs that a query selects, whatever its limit, offset, cursor and order.
    pub fn stats(&self, query: &RunQuery) -> Result<RunStats, QueryError> {
        let conditions = Conditions::of(query)?;
        Ok(self.with(|conn| {
            // both reads have to see the same state of the database
            let tx = conn.unchecked_transaction()?;
            let mut stats = of_runs(&tx, &conditions)?;
            stats.feedback = feedback_stats::of_runs(&tx, &conditions)?;
            Ok(stats)
        })?)
    }
}

fn of_runs(conn: &Connection, conditions: &Conditions) -> rusqlite::Result<RunStats> {
    let sql = format!(
        "SELECT status, start_us, latency_us, first_token_us, prompt_tokens, completion_tokens, total_tokens, \
         prompt_cost, completion_cost, total_cost FROM run WHERE {}",
        conditions.sql()
    );
    let mut stats = RunStats::default();
    let (mut errors, mut streamed) = (0_u64, 0_u64);
    let mut latencies = Percentiles::default();
    let mut first_tokens = Percentiles::default();
    let mut costs = Percentiles::default();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&conditions.values))?;
    while let Some(row) = rows.next()? {
        stats.run_count += 1;
        errors += u64::from(row.get::<_, i64>(0)? == 2);
        let start: Option<i64> = row.get(1)?;
        stats.last_start_us = stats.last_start_us.max(start);
        if let Some(latency) = row.get(2)? {
            latencies.add(latency);
        }
        if let Some(first_token) = row.get::<_, Option<i64>>(3)? {
            streamed += 1;
            first_tokens.add(first_token.saturating_sub(start.unwrap_or(first_token)));
        }
        let total_cost: Option<f64> = row.get(9)?;
        if let Some(cost) = total_cost {
            costs.add((cost * PARTS_OF_A_DOLLAR) as i64);
        }
        add_usage(&mut stats.usage, row, 4)?;
    }
    let rate = |part: u64| (stats.run_count > 0).then(|| part as f64 / stats.run_count as f64);
    (stats.error_rate, stats.streaming_rate) = (rate(errors), rate(streamed));
    (stats.latency_p50_us, stats.latency_p99_us) = (latencies.at(50.0), latencies.at(99.0));
    (stats.first_token_p50_us, stats.first_token_p99_us) = (first_tokens.at(50.0), first_tokens.at(99.0));
    let dollars = |parts: i64| parts as f64 / PARTS_OF_A_DOLLAR;
    (stats.cost_p50, stats.cost_p99) = (costs.at(50.0).map(dollars), costs.at(99.0).map(dollars));
    Ok(stats)
}

/// Adds three columns of tokens and three of costs.
pub(crate) fn add_usage(sum: &mut Usage, row: &Row<'_>, first: usize) -> rusqlite::Result<()> {
    let tokens = [&mut sum.prompt_tokens, &mut sum.completion_tokens, &mut sum.total_tokens];
    for (column, tokens) in (first..).zip(tokens) {
        *tokens = tokens.saturating_add(row.get::<_, Option<u64>>(column)?.unwrap_or(0));
    }
    let costs = [&mut sum.prompt_cost, &mut sum.completion_cost, &mut sum.total_cost];
    for (column, sum) in (first + 3..).zip(costs) {
        if let Some(cost) = row.get::<_, Option<f64>>(column)? {
            *sum = Some(sum.unwrap_or(0.0) + cost);
        }
    }
    Ok(())
}
