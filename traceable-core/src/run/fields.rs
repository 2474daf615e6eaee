//! What an operation says of a run: its outputs, its error, its details.

use super::node::{Additions, State};
use crate::capture::json_object::JsonObject;
use crate::capture::limits::MAX_ERROR_BYTES;
use crate::capture::payload::Payload;
use crate::sink::operation::RunDetails;

/// An error is a text to be read; one of many megabytes is cut.
pub(super) fn capped(mut error: String) -> String {
    if error.len() > MAX_ERROR_BYTES {
        let cut = error.floor_char_boundary(MAX_ERROR_BYTES);
        error.truncate(cut);
        error.push_str(" [cut here: longer than 1 MiB]");
    }
    error
}

/// LangSmith counts tokens and costs from `metadata.usage_metadata`; functions return them in their outputs.
pub(super) fn note_usage(state: &mut State, outputs: Option<&Payload>) {
    const KEY: &str = "usage_metadata";
    let in_outputs = match (outputs, state.extra.as_deref()) {
        (_, Some(extra)) if extra.outputs.contains_key(KEY) => extra.outputs.get(KEY).cloned(),
        (Some(outputs), _) if memchr::memmem::find(outputs.as_bytes(), b"\"usage_metadata\"").is_some() => {
            JsonObject::read(outputs, "output").get(KEY).cloned()
        }
        _ => None,
    };
    if let Some(usage) = in_outputs.filter(|usage| usage.as_bytes().starts_with(b"{")) {
        state.extra().metadata.insert(KEY, usage);
    }
}

impl Additions {
    /// Whether nothing in them is needed any more, once they are given away. Many runs may wait in a sink, and each holds
    /// its state.
    pub(super) fn is_spent(&self) -> bool {
        self.holds == 0
            && self.given_id.is_none()
            && self.tags.is_empty()
            && self.pending.is_empty()
            && self.made_at.is_none()
    }
}

pub(super) fn details(extra: &mut Additions, has_ended: bool) -> RunDetails {
    let attachments = std::mem::take(&mut extra.attachments);
    if has_ended {
        // given away: what children and handles hold on to is small
        return RunDetails {
            error: extra.error.take(),
            events: std::mem::take(&mut extra.events),
            serialized: extra.serialized.take(),
            attachments,
            tags: extra.tags.clone(),
            metadata: std::mem::take(&mut extra.metadata),
            fields: std::mem::take(&mut extra.fields),
        };
    }
    RunDetails {
        error: extra.error.clone(),
        events: extra.events.clone(),
        serialized: extra.serialized.clone(),
        attachments,
        tags: extra.tags.clone(),
        metadata: extra.metadata.clone(),
        fields: extra.fields.clone(),
    }
}
