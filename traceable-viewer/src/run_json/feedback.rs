//! Feedback in the first version of the API: as it was sent, with the keys that clients demand.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use uuid::Uuid;

use crate::model::stored_run::StoredFeedback;
use crate::run_json::parts::time;

/// The members of feedback, each with its text.
pub(crate) type Document = BTreeMap<String, Box<RawValue>>;

/// Keys that are there whether they were sent or not.
const KEYS: [&str; 12] = [
    "run_id",
    "trace_id",
    "key",
    "score",
    "value",
    "comment",
    "correction",
    "feedback_source",
    "session_id",
    "comparative_experiment_id",
    "feedback_group_id",
    "extra",
];

/// Feedback as it is answered.
pub(crate) fn feedback(stored: &StoredFeedback) -> Document {
    let mut document: Document = serde_json::from_str(&stored.document).unwrap_or_default();
    document.insert("id".to_owned(), text(&stored.id.to_string()));
    for key in KEYS {
        document.entry(key.to_owned()).or_insert_with(|| RawValue::NULL.to_owned());
    }
    document
}

/// What was sent, with its id, and the times that a client may have left out.
pub(crate) fn merged(mut old: Document, new: Document, id: Uuid, now_us: i64) -> Document {
    // a null is a value that is not given
    old.extend(new.into_iter().filter(|(_, value)| value.get() != "null"));
    old.insert("id".to_owned(), text(&id.to_string()));
    for key in ["created_at", "modified_at"] {
        old.entry(key.to_owned()).or_insert_with(|| text(&time(now_us)));
    }
    old
}

/// A text as JSON.
pub(crate) fn text(text: &str) -> Box<RawValue> {
    serde_json::value::to_raw_value(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
