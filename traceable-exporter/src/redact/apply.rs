//! A redaction at work: on each part of an operation, in turn.

use serde_json::Value;
use traceable_core::{Payload, RunOperation};

use super::part::{Part, fail_metadata, replace};
use super::redaction::Redaction;

/// Token counts, in outputs and, copied from there, in metadata.
const USAGE: &str = "usage_metadata";

impl Redaction {
    /// Takes out of the operation what must not be seen. Returns how many parts could not be redacted and are markers
    /// now.
    pub(crate) fn apply(&self, operation: &mut RunOperation) -> u64 {
        let mut failed = 0;
        self.hide(operation, &mut failed);
        #[cfg(feature = "anonymizer")]
        if let Some(anonymizer) = &self.anonymizer {
            super::anonymize::anonymize(anonymizer, operation, &mut failed);
        }
        failed
    }

    /// What the program hides, or changes by functions of its own.
    fn hide(&self, operation: &mut RunOperation, failed: &mut u64) {
        if let Some(part) = &self.inputs
            && let Some(inputs) = &mut operation.inputs
        {
            replace(inputs, part.apply(inputs, "input"), "inputs", failed);
        }
        if let Some(part) = self.outputs.as_ref().filter(|part| !matches!(part, Part::Shown)) {
            // before they are gone
            let told = operation.outputs.as_ref().map(usage_of);
            if let Some(outputs) = &mut operation.outputs {
                replace(outputs, part.apply(outputs, "output"), "outputs", failed);
            }
            redact_usage(operation, told.as_ref());
            strip_tokens(operation);
        }
        if let Some(part) = &self.metadata {
            match part.apply_to_map(|| operation.metadata()) {
                Ok(None) => {}
                Ok(Some(metadata)) => operation.set_metadata(metadata),
                Err(problem) => fail_metadata(operation, problem, failed),
            }
        }
        if self.hides_attachments() && !operation.details().attachments.is_empty() {
            operation.details_mut().attachments.clear();
        }
    }
}

fn usage_of(outputs: &Payload) -> Option<Value> {
    // most outputs have none
    outputs.as_str().contains(USAGE).then(|| outputs.to_value().get_mut(USAGE).map(Value::take)).flatten()
}

/// The metadata must not repeat what the outputs no longer say. `told`: the counts in the outputs as they were, of an
/// operation that has outputs.
fn redact_usage(operation: &mut RunOperation, told: Option<&Option<Value>>) {
    let mut metadata = operation.metadata();
    if !metadata.contains_key(USAGE) || matches!(told, Some(None)) {
        return;
    }
    match operation.outputs.as_ref().and_then(usage_of).filter(Value::is_object) {
        Some(left) => metadata.insert(USAGE.to_owned(), left),
        None => metadata.remove(USAGE),
    };
    operation.set_metadata(metadata);
}

/// A model's answer, piece by piece.
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
