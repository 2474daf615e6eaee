//! What any span may have, and the names that several families share.

use serde_json::Value;

use crate::ingest::otlp::{attributes::Attributes, reading::Reading};

/// Read last, after every family.
pub(super) fn read(mut attributes: Attributes, reading: &mut Reading) {
    reading.set_thread(attributes.take_text("session.id"));
    reading.note("user_id", attributes.take_text("user.id"));
    for (key, value) in attributes.into_map() {
        reading.note(&key, Some(value).filter(|value| *value != Value::Null));
    }
}
