//! How many bytes of memory an operation holds.

use std::sync::Arc;

use super::heap_size;
use super::operation::{RunDetails, RunOperation};
use crate::capture::attachment::Attachment;
use crate::capture::payload::Payload;

impl RunOperation {
    /// How many bytes of memory the operation holds: what it takes by itself, the run behind it, its share of the tags
    /// and metadata that it has in common with others, and its [content](Self::content_size). Close to what the
    /// allocator counts.
    pub fn size(&self) -> usize {
        let mut size = size_of::<RunOperation>() + self.run.size() + self.content_size();
        if let Some(labels) = &self.inherited {
            // some counts are the operation's and its run's; what more there are belong to other runs
            let sharing = Arc::strong_count(labels) / 3;
            size += labels.size() / sharing.max(1);
        }
        if let Some(details) = &self.details {
            size += size_of::<RunDetails>();
            size += heap_size::of_texts(&details.tags)
                + details.metadata.heap_size()
                + details.fields.heap_size();
        }
        size
    }

    /// The part of [`size`](Self::size) that this operation adds to what is known of its run: inputs, outputs, error,
    /// events, `serialized` and attachments.
    pub fn content_size(&self) -> usize {
        let payload = |payload: &Option<Payload>| payload.as_ref().map_or(0, Payload::heap_size);
        let mut size = payload(&self.inputs) + payload(&self.outputs);
        if let Some(details) = &self.details {
            size += details.error.as_ref().map_or(0, String::capacity);
            size += payload(&details.serialized);
            size += heap_size::of_values(&details.events);
            size += details.attachments.capacity() * size_of::<(String, Attachment)>();
            size +=
                details.attachments.iter().map(|(name, a)| name.capacity() + a.heap_size()).sum::<usize>();
        }
        size
    }
}
