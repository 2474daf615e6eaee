//! A run in the first version of the API: every key, whatever the client selects.
//!
//! Clients select keys and then demand others, so that to leave any out would break them.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use crate::model::stored_run::StoredRun;
use crate::query::FeedbackStats;
use crate::run_json::ancestors::ancestors;
use crate::run_json::parts::{feedback_stats, time, time_or_null};
use crate::run_json::{conversation::messages, links, raw};

/// The path under which a file of a run is served.
pub(crate) type FileUrl<'a> = &'a dyn Fn(&str) -> String;

/// A run with what is read besides.
pub(crate) struct RunJson<'a> {
    pub(crate) run: &'a StoredRun,
    pub(crate) feedback: &'a [FeedbackStats],
    /// Where its files are; `None`: the client has not asked for them, and would load them all.
    pub(crate) file_url: Option<FileUrl<'a>>,
    /// Whether the conversation is wanted apart.
    pub(crate) messages: bool,
}

impl Serialize for RunJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let run = self.run;
        let ancestors = ancestors(run);
        let parent = run.parent_id.or_else(|| ancestors.last().copied());
        // a run whose start has not come yet has one nonetheless: clients demand it
        let start = time(run.start_us.unwrap_or(run.received_us));
        let app_path = format!("{}?trace_id={}&start_time={start}", links::run_page(run), run.trace_id);
        let nothing = json!({});

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &run.id)?;
        map.serialize_entry("name", &run.name)?;
        map.serialize_entry("run_type", &run.run_type)?;
        map.serialize_entry("start_time", &start)?;
        map.serialize_entry("end_time", &time_or_null(run.end_us))?;
        map.serialize_entry("status", run.status.as_str())?;
        map.serialize_entry("error", &run.error)?;
        match raw::object(run.inputs.as_deref()) {
            Some(inputs) => map.serialize_entry("inputs", inputs)?,
            None => map.serialize_entry("inputs", &nothing)?,
        }
        map.serialize_entry("outputs", &raw::object(run.outputs.as_deref()))?;
        match raw::object(run.extra.as_deref()) {
            Some(extra) => map.serialize_entry("extra", extra)?,
            None => map.serialize_entry("extra", &nothing)?,
        }
        match raw::array(run.events.as_deref()) {
            Some(events) => map.serialize_entry("events", events)?,
            None => map.serialize_entry("events", &json!([]))?,
        }
        map.serialize_entry("tags", &run.tags)?;
        map.serialize_entry("serialized", &raw::any(run.serialized.as_deref()))?;
        map.serialize_entry("session_id", &run.project_id)?;
        map.serialize_entry("trace_id", &run.trace_id)?;
        map.serialize_entry("parent_run_id", &parent)?;
        map.serialize_entry("parent_run_ids", &ancestors)?;
        map.serialize_entry("dotted_order", &run.dotted_order)?;
        map.serialize_entry("thread_id", &run.thread_id)?;
        map.serialize_entry("reference_example_id", &run.reference_example_id)?;
        map.serialize_entry("in_dataset", &run.reference_example_id.is_some())?;
        map.serialize_entry("prompt_tokens", &run.usage.prompt_tokens)?;
        map.serialize_entry("completion_tokens", &run.usage.completion_tokens)?;
        map.serialize_entry("total_tokens", &run.usage.total_tokens)?;
        map.serialize_entry("prompt_cost", &decimal(run.usage.prompt_cost))?;
        map.serialize_entry("completion_cost", &decimal(run.usage.completion_cost))?;
        map.serialize_entry("total_cost", &decimal(run.usage.total_cost))?;
        map.serialize_entry("first_token_time", &time_or_null(run.first_token_us))?;
        map.serialize_entry("feedback_stats", &feedback_stats(self.feedback))?;
        map.serialize_entry("app_path", &app_path)?;
        map.serialize_entry("inputs_preview", &run.inputs_preview)?;
        map.serialize_entry("outputs_preview", &run.outputs_preview)?;
        map.serialize_entry("s3_urls", &self.files())?;
        map.serialize_entry("share_token", &run.share_token)?;
        map.serialize_entry("execution_order", &1)?;
        map.serialize_entry("trace_tier", "longlived")?;
        map.serialize_entry("trace_upgrade", &false)?;
        for key in NOT_HERE {
            map.serialize_entry(key, &())?;
        }
        if self.messages {
            map.serialize_entry("messages", &messages(run))?;
        }
        map.end()
    }
}

/// What LangSmith keeps and a local store has not: datasets, blobs apart, prices, queues.
const NOT_HERE: [&str; 14] = [
    "child_run_ids",
    "direct_child_run_ids",
    "reference_dataset_id",
    "prompt_token_details",
    "completion_token_details",
    "prompt_cost_details",
    "completion_cost_details",
    "inputs_s3_urls",
    "outputs_s3_urls",
    "manifest_id",
    "manifest_s3_id",
    "price_model_id",
    "last_queued_at",
    "ttl_seconds",
];

impl RunJson<'_> {
    fn files(&self) -> Value {
        let Some(url) = self.file_url else { return Value::Null };
        let entry = |name: &str, mime: &str| {
            let file = json!({ "presigned_url": url(name), "s3_url": null, "mime_type": mime });
            (format!("attachment.{name}"), file)
        };
        let files: Map<_, _> =
            self.run.attachments.iter().map(|file| entry(&file.name, &file.mime)).collect();
        if files.is_empty() { Value::Null } else { Value::Object(files) }
    }
}

/// A cost as a decimal text, as LangSmith has it: without an exponent.
fn decimal(cost: Option<f64>) -> Option<String> {
    cost.filter(|cost| cost.is_finite()).map(|cost| cost.to_string())
}
