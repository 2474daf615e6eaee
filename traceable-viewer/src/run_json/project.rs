//! A project in the first version of the API.

use serde_json::{Map, Value, json};

use crate::query::RunStats;
use crate::run_json::parts::{time, time_or_null};
use crate::run_json::{links::TENANT, stats::run_stats};
use crate::store::StoredProject;

/// A project, and the statistics over its runs when they are wanted.
pub(crate) fn project(project: &StoredProject, stats: Option<&RunStats>) -> Value {
    let mut json = json!({
        "id": project.id,
        "name": project.name,
        "tenant_id": TENANT,
        "start_time": time(project.created_us),
        "end_time": null,
        "description": project.description,
        "extra": extra(project),
        "reference_dataset_id": null,
        "default_dataset_id": null,
        "test_run_number": null,
        "trace_tier": "longlived",
        "last_run_start_time": time_or_null(project.last_start_us),
    });
    if let (Some(Value::Object(numbers)), Value::Object(json)) = (stats.map(run_stats), &mut json) {
        json.extend(numbers);
    }
    json
}

/// Whether the project's metadata has all that is asked for.
pub(crate) fn matches_metadata(project: &StoredProject, wanted: &Map<String, Value>) -> bool {
    let extra = extra(project);
    wanted
        .iter()
        .all(|(key, value)| extra.get("metadata").and_then(|metadata| metadata.get(key)) == Some(value))
}

fn extra(project: &StoredProject) -> Value {
    project.extra.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null)
}
