//! `GET /api/local/chart`: runs over time, above a list.

use serde::Serialize;

use super::answer::written;
use super::params::{self, Tab};
use super::rows::{ms, ms_of};
use crate::api::{ApiResponse, ApiState, Fields, read_store};
use crate::query::ChartQuery;

#[derive(Serialize)]
struct Chart {
    from: f64,
    to: f64,
    step_ms: f64,
    bins: Vec<Bin>,
}

#[derive(Serialize)]
struct Bin {
    t: f64,
    runs: u64,
    errors: u64,
    p50: Option<f64>,
    p95: Option<f64>,
    tokens: u64,
}

/// Of the rows of the list of the same tab; threads and projects have the chart of their traces.
pub(super) async fn answer(state: &ApiState, fields: &Fields) -> Result<Vec<u8>, ApiResponse> {
    let tab = params::tab(fields)?;
    let runs = params::query(fields, tab)?;
    read_store(state, move |store| {
        let chart = store.chart(&ChartQuery { runs, of_traces: tab != Tab::Runs })?;
        let bins = chart.bins.iter().map(|bin| Bin {
            t: ms(bin.start_us),
            runs: bin.runs,
            errors: bin.errors,
            p50: ms_of(bin.p50_us),
            p95: ms_of(bin.p95_us),
            tokens: bin.tokens,
        });
        let (from, to, step_ms) = (ms(chart.from_us), ms(chart.to_us), ms(chart.step_us));
        written(&Chart { from, to, step_ms, bins: bins.collect() })
    })
    .await
}
