//! `langsmith.*`: what LangSmith's own SDKs write, and the two attributes with inputs and outputs that they use.

use serde_json::Value;
use uuid::Uuid;

use crate::ingest::otlp::{attributes::Attributes, reading::Reading};

pub(super) fn read(attributes: &mut Attributes, reading: &mut Reading) {
    reading.set_type(attributes.take_text("langsmith.span.kind").and_then(|kind| run_type(&kind)));
    reading.set_name(attributes.take_text("langsmith.trace.name"));
    reading.project = attributes.take_text("langsmith.trace.session_name");
    reading.project_id = take_uuid(attributes, "langsmith.trace.session_id");
    reading.reference_example_id = take_uuid(attributes, "langsmith.reference_example_id");
    match attributes.take("langsmith.span.tags") {
        Some(Value::String(tags)) => {
            let tags = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            reading.tags.extend(tags.map(str::to_owned));
        }
        Some(Value::Array(tags)) => {
            reading.tags.extend(tags.iter().filter_map(|tag| Some(tag.as_str()?.to_owned())))
        }
        _ => {}
    }
    reading.note_below(attributes, "langsmith.metadata.");
    if let Some(Value::Object(usage)) = attributes.take_value("langsmith.usage_metadata") {
        reading.usage = usage;
    }
    reading.set_inputs(attributes.take_json("gen_ai.prompt"));
    reading.set_outputs(attributes.take_json("gen_ai.completion"));
    if attributes.has("gen_ai.serialized.") {
        reading.serialized = attributes.take_nested("gen_ai.serialized.");
    }
}

/// The run types that LangSmith knows.
fn run_type(kind: &str) -> Option<&'static str> {
    const KNOWN: [&str; 7] = ["chain", "llm", "tool", "retriever", "embedding", "prompt", "parser"];
    KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(kind))
}

fn take_uuid(attributes: &mut Attributes, name: &str) -> Option<Uuid> {
    attributes.take_text(name).and_then(|text| Uuid::try_parse(&text).ok())
}

/// Where LangSmith's SDKs say that the span's run is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Place {
    pub(super) id: Option<Uuid>,
    pub(super) parent_id: Option<Uuid>,
    pub(super) trace_id: Option<Uuid>,
    pub(super) dotted_order: Option<String>,
    pub(super) is_root: bool,
}

pub(super) fn place(attributes: &mut Attributes) -> Place {
    Place {
        id: take_uuid(attributes, "langsmith.span.id"),
        parent_id: take_uuid(attributes, "langsmith.span.parent_id"),
        trace_id: take_uuid(attributes, "langsmith.trace.id"),
        dotted_order: attributes.take_text("langsmith.span.dotted_order"),
        is_root: attributes.take("langsmith.is_root") == Some(Value::Bool(true)),
    }
}
