//! What several answers write in the same way.

use serde_json::{Map, Value, json};
use traceable_core::Timestamp;

use crate::query::FeedbackStats;

/// How many letters a preview of an error has.
const PREVIEW: usize = 300;

/// A time as ISO 8601 text in UTC.
pub(crate) fn time(us: i64) -> String {
    let text = Timestamp::from_signed_micros(us).to_string();
    text.strip_suffix("+00:00").map(|local| format!("{local}Z")).unwrap_or(text)
}

pub(crate) fn time_or_null(us: Option<i64>) -> Option<String> {
    us.map(time)
}

/// A span of time in seconds.
pub(crate) fn seconds(us: Option<i64>) -> Option<f64> {
    us.map(|us| us as f64 / 1e6)
}

/// The beginning of an error's text.
pub(crate) fn preview(text: &str) -> String {
    text.chars().take(PREVIEW).collect()
}

/// Feedback by key: how many, the mean of the scores, and how often each other value was given.
pub(crate) fn feedback_stats(stats: &[FeedbackStats]) -> Value {
    let entry =
        |of: &FeedbackStats| (of.key.clone(), json!({ "n": of.n, "avg": of.avg, "values": of.values }));
    Value::Object(stats.iter().map(entry).collect::<Map<_, _>>())
}
