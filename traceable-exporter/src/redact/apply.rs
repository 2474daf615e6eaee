//! Applies a redaction to an operation: hides parts, calls the program's functions, then the anonymizer.

use serde_json::Value;
use traceable_core::{Payload, RunOperation};

use super::hidden::{self, MAX_NAME};
use super::part::{PartRule, fail_metadata, replace};
use super::redaction::Redaction;

/// Token counts, in outputs and, copied from there, in metadata.
const USAGE: &str = "usage_metadata";

impl Redaction {
    /// Removes from the operation what must not be sent. Returns how many parts could not be redacted; they are markers
    /// now.
    pub(crate) fn apply(&self, operation: &mut RunOperation) -> u64 {
        let mut failed = 0;
        self.hide(operation, &mut failed);
        #[cfg(feature = "anonymizer")]
        if let Some(anonymizer) = &self.anonymizer {
            super::apply_anonymizer::anonymize(anonymizer, operation, &mut failed);
        }
        failed
    }

    /// Hides parts, and applies the program's functions.
    fn hide(&self, operation: &mut RunOperation, failed: &mut u64) {
        if let Some(part) = &self.inputs
            && let Some(inputs) = &mut operation.inputs
        {
            replace(inputs, part.apply(inputs, "input"), "inputs", failed);
        }
        if let Some(part) = self.outputs.as_ref().filter(|part| !matches!(part, PartRule::Shown)) {
            // read before the outputs are replaced
            let usage_before = operation.outputs.as_ref().map(usage_of);
            if let Some(outputs) = &mut operation.outputs {
                replace(outputs, part.apply(outputs, "output"), "outputs", failed);
            }
            redact_usage(operation, usage_before.as_ref());
            strip_tokens(operation);
        }
        if let Some(part) = &self.metadata {
            match part.apply_to_map(|| operation.metadata()) {
                Ok(None) => {}
                Ok(Some(metadata)) => {
                    operation.set_metadata(metadata);
                    if matches!(part, PartRule::Hidden) {
                        hide_extra(operation);
                    }
                }
                Err(problem) => fail_metadata(operation, problem, failed),
            }
        }
        if self.hides_metadata()
            && let Some((end, _)) = operation.name().char_indices().nth(MAX_NAME)
        {
            // otherwise the whole of it would go into the metadata
            operation.set_name(operation.name()[..end].to_owned());
        }
        self.hide_what_repeats_inputs(operation);
        if self.hides_attachments() && !operation.details().attachments.is_empty() {
            operation.details_mut().attachments.clear();
        }
    }
}

/// What stands beside the metadata says as much.
fn hide_extra(operation: &mut RunOperation) {
    let keys: Vec<_> = operation.extra().map(|(key, _)| key.to_owned()).collect();
    keys.into_iter().for_each(|key| operation.set_extra(key, None));
}

impl Redaction {
    /// Hides errors, events and the configuration of a model.
    fn hide_what_repeats_inputs(&self, operation: &mut RunOperation) {
        if self.hides_errors()
            && let Some(error) = &operation.details().error
        {
            let left = hidden::error(error);
            operation.details_mut().error = Some(left);
        }
        if self.hides_events() && !operation.details().events.is_empty() {
            let events = &mut operation.details_mut().events;
            events.iter_mut().for_each(|event| *event = hidden::event(event));
        }
        if self.hides_serialized() && operation.details().serialized.is_some() {
            operation.details_mut().serialized = None;
        }
    }
}

fn usage_of(outputs: &Payload) -> Option<Value> {
    // most outputs have none
    outputs.as_str().contains(USAGE).then(|| outputs.to_value().get_mut(USAGE).map(Value::take)).flatten()
}

/// Removes from the metadata the token counts that the outputs no longer have. `usage_before`: the counts in the
/// original outputs; `None`: the operation has no outputs.
fn redact_usage(operation: &mut RunOperation, usage_before: Option<&Option<Value>>) {
    if !operation.metadata().contains_key(USAGE) || matches!(usage_before, Some(None)) {
        return;
    }
    let left = operation.outputs.as_ref().and_then(usage_of).filter(Value::is_object);
    operation.set_metadata_entry(USAGE, left.as_ref().map(Payload::of));
}

/// Removes the tokens of a model's answer from `new_token` events.
fn strip_tokens(operation: &mut RunOperation) {
    let is_token = |event: &Value| event.get("name").is_some_and(|name| name == "new_token");
    let has_token = |event: &Value| is_token(event) && event.get("kwargs").is_some();
    if !operation.details().events.iter().any(has_token) {
        return;
    }
    for event in operation.details_mut().events.iter_mut().filter(|event| is_token(event)) {
        if let Value::Object(event) = event {
            event.remove("kwargs");
        }
    }
}
