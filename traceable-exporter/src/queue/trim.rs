//! Trims an operation that does not fit into the queue: leaves out its largest parts, the least important first, as
//! `wire::trim` does for what is larger than the server takes.

use std::sync::LazyLock;

use traceable_core::{Payload, RunDetails, RunOperation};

use crate::wire::LeftOut;

/// Instead of an error that is longer.
const MARKER: &str = "[not sent: the queue was full]";

static OUTPUTS: LazyLock<Option<Payload>> =
    LazyLock::new(|| Payload::from_json(format!(r#"{{"outputs":"{MARKER}"}}"#).as_bytes()).ok());

/// What was left out, to be freed without the lock.
#[derive(Default)]
pub(super) struct Removed {
    inputs: Option<Payload>,
    outputs: Option<Payload>,
    details: RunDetails,
}

/// Leaves out attachments, then outputs with events and `serialized`, then inputs and the error, until `fits` is content
/// with the [size of the content](RunOperation::content_size). What is left at the end is small.
pub(super) fn trim(operation: &mut RunOperation, fits: impl Fn(usize) -> bool) -> (LeftOut, Removed) {
    let (mut left_out, mut removed) = (LeftOut::default(), Removed::default());
    let steps = [remove_attachments, remove_outputs, remove_inputs];
    for step in steps {
        if fits(operation.content_size()) {
            break;
        }
        left_out = left_out.with(step(operation, &mut removed));
    }
    (left_out, removed)
}

fn remove_attachments(operation: &mut RunOperation, removed: &mut Removed) -> LeftOut {
    let has_some = !operation.details().attachments.is_empty();
    if has_some {
        std::mem::swap(&mut operation.details_mut().attachments, &mut removed.details.attachments);
    }
    LeftOut { attachments: has_some, ..LeftOut::default() }
}

fn remove_outputs(operation: &mut RunOperation, removed: &mut Removed) -> LeftOut {
    let details = operation.details();
    let has_details = !details.events.is_empty() || details.serialized.is_some();
    let is_small = |outputs: &Payload, marker: &Payload| outputs.len() <= marker.len();
    let marker = OUTPUTS
        .as_ref()
        .filter(|marker| operation.outputs.as_ref().is_some_and(|outputs| !is_small(outputs, marker)));
    if has_details {
        let details = operation.details_mut();
        std::mem::swap(&mut details.events, &mut removed.details.events);
        removed.details.serialized = details.serialized.take();
    }
    if marker.is_some() {
        removed.outputs = std::mem::replace(&mut operation.outputs, marker.cloned());
    }
    LeftOut { outputs: has_details || marker.is_some(), ..LeftOut::default() }
}

/// No marker for inputs: an update that had one would replace the inputs that were sent with the start.
fn remove_inputs(operation: &mut RunOperation, removed: &mut Removed) -> LeftOut {
    removed.inputs = operation.inputs.take();
    let has_error = operation.details().error.as_ref().is_some_and(|error| error.len() > MARKER.len());
    if has_error {
        removed.details.error = operation.details_mut().error.replace(MARKER.to_owned());
    }
    LeftOut { inputs: removed.inputs.is_some() || has_error, ..LeftOut::default() }
}
