//! Runs over time, in so many bins: how many, how many with an error, how long they took, their tokens.

use std::time::{Duration, Instant};

use rusqlite::{Connection, params_from_iter, types::Value};

use crate::query::{QueryError, RunQuery, conditions::Conditions, percentiles::Percentiles};
use crate::store::Store;

/// Bins of a chart at most.
const MAX_BINS: i64 = 60;

/// Runs of a chart at most; those before them are left out, and so is their time.
const MAX_RUNS: usize = 50_000;

/// After this time a chart has what it has found.
const MAX_TIME: Duration = Duration::from_secs(2);

/// After this time it is given up, for it has found little.
const MAX_SEARCH: Duration = Duration::from_secs(8);

/// Widths of bins, in milliseconds, that people read with ease.
const STEPS_MS: [i64; 30] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10_000,
    15_000,
    30_000,
    60_000,
    120_000,
    300_000,
    600_000,
    900_000,
    1_800_000,
    3_600_000,
    7_200_000,
    10_800_000,
    21_600_000,
    43_200_000,
    86_400_000,
    172_800_000,
    604_800_000,
    2_592_000_000,
];

/// Which runs a chart shows.
pub(crate) struct ChartQuery {
    pub(crate) runs: RunQuery,
    /// Whether tokens are those of the whole trace.
    pub(crate) of_traces: bool,
}

/// Runs over time; times are in microseconds since 1970.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Chart {
    pub(crate) from_us: i64,
    pub(crate) to_us: i64,
    pub(crate) step_us: i64,
    /// Those that have runs, the oldest first.
    pub(crate) bins: Vec<Bin>,
}

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Bin {
    pub(crate) start_us: i64,
    pub(crate) runs: u64,
    pub(crate) errors: u64,
    pub(crate) p50_us: Option<i64>,
    pub(crate) p95_us: Option<i64>,
    pub(crate) tokens: u64,
}

/// What a chart needs of a run.
struct Point {
    start_us: i64,
    is_error: bool,
    latency_us: Option<i64>,
    tokens: u64,
}

impl Store {
    /// The chart of the runs that a query selects; its order, limit and cursor do not count.
    pub(crate) fn chart(&self, query: &ChartQuery) -> Result<Chart, QueryError> {
        let conditions = Conditions::of(&query.runs)?;
        let bounded = self.clone().with_time_limit(MAX_SEARCH);
        let points = bounded.with(|conn| Ok(points(conn, &conditions, query.of_traces)?))?;
        Ok(in_bins(&points, query.runs.min_start_us, query.runs.max_start_us))
    }
}

/// The newest runs, newest first.
fn points(conn: &Connection, conditions: &Conditions, of_traces: bool) -> rusqlite::Result<Vec<Point>> {
    let (tokens, join) = match of_traces {
        true => ("trace.total_tokens", "LEFT JOIN trace ON trace.trace_id = run.trace_id"),
        false => ("run.total_tokens", ""),
    };
    let sql = format!(
        "SELECT run.start_us, run.status, run.latency_us, {tokens} FROM run {join} \
         WHERE run.start_us IS NOT NULL AND {} ORDER BY run.start_us DESC LIMIT ?",
        conditions.sql()
    );
    let mut values = conditions.values.clone();
    values.push(Value::Integer(i64::try_from(MAX_RUNS).unwrap_or(i64::MAX)));
    let began = Instant::now();
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut points = Vec::new();
    while let Some(row) = rows.next()? {
        points.push(Point {
            start_us: row.get(0)?,
            is_error: row.get::<_, i64>(1)? == 2,
            latency_us: row.get(2)?,
            tokens: row.get::<_, Option<u64>>(3)?.unwrap_or(0),
        });
        if points.len() % 1000 == 0 && began.elapsed() >= MAX_TIME {
            break;
        }
    }
    Ok(points)
}

fn in_bins(points: &[Point], from: Option<i64>, to: Option<i64>) -> Chart {
    let (Some(newest), Some(oldest)) = (points.first(), points.last()) else {
        let from_us = from.or(to).unwrap_or(0);
        return Chart { from_us, to_us: to.unwrap_or(from_us), step_us: 1000, bins: Vec::new() };
    };
    // where the oldest were left out there is nothing to show
    let from = from.filter(|_| points.len() < MAX_RUNS).unwrap_or(oldest.start_us).min(oldest.start_us);
    let to = to.unwrap_or(newest.start_us).max(newest.start_us);
    let step_us = step(from, to);
    let from_us = from.div_euclid(step_us).saturating_mul(step_us);
    let to_us = to.div_euclid(step_us).saturating_add(1).saturating_mul(step_us);
    let mut bins: Vec<(Bin, Percentiles)> = Vec::new();
    for point in points.iter().rev() {
        let start_us = point.start_us.div_euclid(step_us).saturating_mul(step_us);
        if bins.last().is_none_or(|(bin, _)| bin.start_us != start_us) {
            bins.push((Bin { start_us, ..Bin::default() }, Percentiles::default()));
        }
        let Some((bin, latencies)) = bins.last_mut() else { continue };
        bin.runs += 1;
        bin.errors += u64::from(point.is_error);
        bin.tokens = bin.tokens.saturating_add(point.tokens);
        if let Some(latency) = point.latency_us {
            latencies.add(latency);
        }
    }
    let finished = bins.into_iter().map(|(bin, mut latencies)| {
        let (p50_us, p95_us) = (latencies.at(50.0), latencies.at(95.0));
        Bin { p50_us, p95_us, ..bin }
    });
    Chart { from_us, to_us, step_us, bins: finished.collect() }
}

/// The narrowest width with which the bins are few enough, whose edges are multiples of it.
fn step(from: i64, to: i64) -> i64 {
    let fits = |step: &i64| to.div_euclid(*step).saturating_sub(from.div_euclid(*step)) < MAX_BINS;
    let known = STEPS_MS.iter().map(|ms| ms * 1000).find(fits);
    // of more than five years
    known.unwrap_or_else(|| to.saturating_sub(from) / (MAX_BINS - 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(starts: &[i64]) -> Vec<Point> {
        let point = |start_us: &i64| Point {
            start_us: *start_us,
            is_error: start_us % 2 == 1,
            latency_us: Some(*start_us),
            tokens: 2,
        };
        starts.iter().rev().map(point).collect()
    }

    #[test]
    fn every_run_is_in_one_bin_of_sixty_at_most() {
        let ranges: [&[i64]; 5] =
            [&[7], &[0, 59_999], &[0, 60_000], &[-5, 1 << 40], &[i64::MIN / 4, i64::MAX / 4]];
        for starts in ranges {
            let chart = in_bins(&points(starts), None, None);
            assert_eq!(chart.bins.iter().map(|bin| bin.runs).sum::<u64>(), starts.len() as u64);
            assert!((chart.to_us - chart.from_us) / chart.step_us <= MAX_BINS, "{starts:?}: {chart:?}");
            for bin in &chart.bins {
                assert!(bin.start_us >= chart.from_us && bin.start_us < chart.to_us, "{chart:?}");
            }
        }
        assert_eq!(in_bins(&[], None, None).bins, []);
        let chart = in_bins(&points(&[1_000_001, 1_000_003, 1_000_004]), Some(0), Some(60_000_000 - 1));
        let bin = &chart.bins[0];
        assert_eq!((chart.from_us, chart.to_us, chart.step_us), (0, 60_000_000, 1_000_000));
        assert_eq!((bin.runs, bin.errors, bin.tokens), (3, 2, 6));
        assert_eq!((bin.p50_us, bin.p95_us), (Some(1_000_003), Some(1_000_004)));
    }
}
