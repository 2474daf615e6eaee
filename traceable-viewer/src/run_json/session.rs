//! A project in the second version of the API.

use serde_json::{Value, json};

use crate::query::RunStats;
use crate::run_json::links::TENANT;
use crate::run_json::parts::{feedback_stats, seconds, time, time_or_null};
use crate::store::StoredProject;

/// A project, and numbers about its runs when they are wanted: costs are numbers, as all of them.
pub(crate) fn session(project: &StoredProject, stats: Option<&RunStats>) -> Value {
    let extra = project.extra.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let mut session = json!({
        "id": project.id,
        "name": project.name,
        "tenant_id": TENANT,
        "start_time": time(project.created_us),
        "end_time": null,
        "description": project.description,
        "extra": extra.unwrap_or(Value::Null),
        "reference_dataset_id": null,
        "default_dataset_id": null,
        "test_run_number": null,
        "trace_tier": "LONG_LIVED",
        "type": "PROJECT",
        "last_run_start_time": time_or_null(project.last_start_us),
    });
    let Some(stats) = stats else { return session };
    for (key, value) in [
        ("run_count", json!(stats.run_count)),
        ("latency_p50", json!(seconds(stats.latency_p50_us))),
        ("latency_p99", json!(seconds(stats.latency_p99_us))),
        ("first_token_p50", json!(seconds(stats.first_token_p50_us))),
        ("first_token_p99", json!(seconds(stats.first_token_p99_us))),
        ("total_tokens", json!(stats.usage.total_tokens)),
        ("prompt_tokens", json!(stats.usage.prompt_tokens)),
        ("completion_tokens", json!(stats.usage.completion_tokens)),
        ("total_cost", json!(stats.usage.total_cost)),
        ("prompt_cost", json!(stats.usage.prompt_cost)),
        ("completion_cost", json!(stats.usage.completion_cost)),
        ("error_rate", json!(stats.error_rate)),
        ("streaming_rate", json!(stats.streaming_rate)),
        ("feedback_stats", feedback_stats(&stats.feedback)),
    ] {
        session[key] = value;
    }
    session
}
