//! Statistics in the first version of the API.

use serde_json::{Value, json};

use crate::query::RunStats;
use crate::run_json::parts::{feedback_stats, seconds, time_or_null};

/// Numbers about runs: seconds as numbers, costs as decimal texts.
pub(crate) fn run_stats(stats: &RunStats) -> Value {
    let cost = |cost: Option<f64>| cost.map(|cost| cost.to_string());
    let usage = &stats.usage;
    json!({
        "run_count": stats.run_count,
        "latency_p50": seconds(stats.latency_p50_us),
        "latency_p99": seconds(stats.latency_p99_us),
        "first_token_p50": seconds(stats.first_token_p50_us),
        "first_token_p99": seconds(stats.first_token_p99_us),
        "total_tokens": usage.total_tokens,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_cost": cost(usage.total_cost),
        "prompt_cost": cost(usage.prompt_cost),
        "completion_cost": cost(usage.completion_cost),
        "cost_p50": cost(stats.cost_p50),
        "cost_p99": cost(stats.cost_p99),
        "last_run_start_time": time_or_null(stats.last_start_us),
        "error_rate": stats.error_rate,
        "streaming_rate": stats.streaming_rate,
        "feedback_stats": feedback_stats(&stats.feedback),
        // feedback on a project as a whole, and counts of values, are not stored
        "session_feedback_stats": {},
        "run_facets": [],
    })
}
