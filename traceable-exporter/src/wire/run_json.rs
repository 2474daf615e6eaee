//! Writes one run as JSON: the fields and their order are those of LangSmith's own SDK.

use serde_json::Value;
use traceable_core::{OperationKind, Payload, RunOperation, RunType};

use super::json;
use super::placement::Placed;
use super::resource::Resource;
use super::run::{Field, PartWriter};
use crate::redact::MAX_NAME;

/// The name as it is sent, and whether it was cut.
pub(crate) fn name(operation: &RunOperation) -> (&str, bool) {
    let name = operation.name();
    // a character has at least one byte, so that short names need no count
    if name.len() <= MAX_NAME {
        return (name, false);
    }
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => (&name[..end], true),
        None => (name, false),
    }
}

/// Writes all parts of an operation to a body.
pub(crate) fn write(
    operation: &RunOperation,
    body: &mut impl PartWriter,
    scratch: &mut Vec<u8>,
    resource: &Resource,
) {
    let post = operation.kind == OperationKind::Post;
    let details = operation.details();
    let placed = resource.placement.place(operation);
    scratch.clear();
    match operation.kind {
        OperationKind::Post => post_fields(scratch, operation, &placed, resource),
        OperationKind::Patch => patch_fields(scratch, operation, &placed, resource),
    }
    scratch.push(b'}');
    body.main(operation.kind, placed.id, scratch);
    for (field, payload) in [(Field::Inputs, &operation.inputs), (Field::Outputs, &operation.outputs)] {
        match payload {
            Some(payload) => body.field(field, payload.as_bytes()),
            // a new run always has inputs and outputs, even if they are empty
            None if post => body.field(field, b"{}"),
            None => {}
        }
    }
    scratch.clear();
    json::value(scratch, &details.events);
    body.field(Field::Events, scratch);
    scratch.clear();
    extra(scratch, operation, resource);
    body.field(Field::Extra, scratch);
    if let Some(error) = &details.error {
        scratch.clear();
        json::string(scratch, error);
        body.field(Field::Error, scratch);
    }
    if let Some(serialized) = details.serialized.as_ref().filter(|_| keeps_serialized(operation)) {
        body.field(Field::Serialized, serialized.as_bytes());
    }
    for (name, attachment) in &details.attachments {
        body.attachment(name, attachment.mime_type(), attachment.bytes());
    }
}

/// The fields of a new run, without the brace at the end.
fn post_fields(out: &mut Vec<u8>, operation: &RunOperation, placed: &Placed<'_>, resource: &Resource) {
    out.extend_from_slice(b"{\"id\":");
    json::quoted_id(out, placed.id);
    out.extend_from_slice(b",\"start_time\":");
    json::time(out, operation.start_time());
    if let Some(parent) = placed.parent_run_id {
        out.extend_from_slice(b",\"parent_run_id\":");
        json::quoted_id(out, parent);
    }
    reference_example(out, operation);
    tags(out, operation, resource);
    dotted_order(out, operation, placed);
    out.extend_from_slice(b",\"trace_id\":");
    json::quoted_id(out, placed.trace_id);
    target(out, placed);
    name_and_type(out, operation, b",\"name\":");
    if let Some(end) = operation.end_time {
        out.extend_from_slice(b",\"end_time\":");
        json::time(out, end);
    }
}

/// The fields of an update, without the brace at the end. Unknown values are null, as in LangSmith's SDK: an update may
/// arrive without its start, and so has every field.
fn patch_fields(out: &mut Vec<u8>, operation: &RunOperation, placed: &Placed<'_>, resource: &Resource) {
    out.extend_from_slice(b"{\"id\":");
    json::quoted_id(out, placed.id);
    name_and_type(out, operation, b",\"name\":");
    out.extend_from_slice(b",\"trace_id\":");
    json::quoted_id(out, placed.trace_id);
    out.extend_from_slice(b",\"parent_run_id\":");
    match placed.parent_run_id {
        Some(parent) => json::quoted_id(out, parent),
        None => out.extend_from_slice(b"null"),
    }
    dotted_order(out, operation, placed);
    tags(out, operation, resource);
    out.extend_from_slice(b",\"session_id\":null");
    target(out, placed);
    out.extend_from_slice(b",\"start_time\":");
    json::time(out, operation.start_time());
    out.extend_from_slice(b",\"end_time\":");
    match operation.end_time {
        Some(end) => json::time(out, end),
        None => out.extend_from_slice(b"null"),
    }
    reference_example(out, operation);
}

fn name_and_type(out: &mut Vec<u8>, operation: &RunOperation, key: &[u8]) {
    out.extend_from_slice(key);
    json::string(out, name(operation).0);
    out.extend_from_slice(b",\"run_type\":");
    json::string(out, operation.run_type().as_str());
}

fn tags(out: &mut Vec<u8>, operation: &RunOperation, resource: &Resource) {
    out.extend_from_slice(b",\"tags\":");
    if let Some(tags) = resource.placement.tags() {
        json::value(out, tags);
        return;
    }
    out.push(b'[');
    for (i, tag) in operation.tags().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        json::string(out, tag);
    }
    out.push(b']');
}

fn dotted_order(out: &mut Vec<u8>, operation: &RunOperation, placed: &Placed<'_>) {
    out.extend_from_slice(b",\"dotted_order\":\"");
    match &placed.dotted_order {
        Some(order) => out.extend_from_slice(order.as_bytes()),
        None => operation.write_dotted_order(out),
    }
    out.push(b'"');
}

fn target(out: &mut Vec<u8>, placed: &Placed<'_>) {
    let (field, value) = placed.target;
    out.extend_from_slice(b",\"");
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b"\":");
    json::string(out, value);
}

fn reference_example(out: &mut Vec<u8>, operation: &RunOperation) {
    if let Some(example) = operation.reference_example_id() {
        out.extend_from_slice(b",\"reference_example_id\":");
        json::quoted_id(out, example);
    }
}

/// The value of `extra`.
fn extra(out: &mut Vec<u8>, operation: &RunOperation, resource: &Resource) {
    out.extend_from_slice(b"{\"metadata\":");
    let start = out.len();
    match resource.placement.metadata() {
        None => operation.write_metadata(out),
        Some(changes) => {
            let mut operation = operation.clone();
            for (key, value) in changes {
                operation.set_metadata_entry(key, Some(Payload::of(value)));
            }
            operation.write_metadata(out);
        }
    }
    if name(operation).1 {
        add_metadata(out, start, "full_name", operation.name());
    }
    if let Some(revision) = &resource.revision_id {
        add_metadata(out, start, "revision_id", revision);
    }
    out.extend_from_slice(b",\"runtime\":");
    match operation.extra().find(|(key, _)| *key == "runtime") {
        None => out.extend_from_slice(&resource.runtime),
        Some((_, given)) => json::value(out, &runtime_with(&resource.runtime, given.to_value())),
    }
    for (key, value) in operation.extra().filter(|(key, _)| *key != "runtime") {
        out.push(b',');
        json::string(out, key);
        out.push(b':');
        out.extend_from_slice(value.as_bytes());
    }
    out.push(b'}');
}

/// What the program says of its runtime beats what the exporter knows.
fn runtime_with(known: &[u8], given: Value) -> Value {
    match (serde_json::from_slice(known), given) {
        (Ok(Value::Object(mut all)), Value::Object(given)) => {
            all.extend(given);
            all.into()
        }
        (_, given) => given,
    }
}

/// Adds an entry to the object from `start` to the end of the buffer, unless the program has set one of that name.
fn add_metadata(out: &mut Vec<u8>, start: usize, key: &str, value: &str) {
    let mut quoted = Vec::new();
    json::string(&mut quoted, key);
    quoted.push(b':');
    // in a text, the quotes would be escaped
    if out[start..].windows(quoted.len()).any(|window| window == quoted) {
        return;
    }
    out.pop();
    if out.len() > start + 1 {
        out.push(b',');
    }
    out.extend_from_slice(&quoted);
    json::string(out, value);
    out.push(b'}');
}

/// Whether to send `serialized`: LangSmith keeps it for these run types, and the start of a run alone sends it.
fn keeps_serialized(operation: &RunOperation) -> bool {
    operation.kind == OperationKind::Post && matches!(operation.run_type(), RunType::Llm | RunType::Prompt)
}
