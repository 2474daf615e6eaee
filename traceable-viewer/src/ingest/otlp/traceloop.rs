//! Traceloop's OpenLLMetry: `traceloop.*`, and lists that are flattened into names, such as `gen_ai.prompt.0.content`.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::ingest::otlp::{attributes::Attributes, messages, reading::Reading};

pub(super) fn read(attributes: &mut Attributes, reading: &mut Reading) {
    let kind = attributes.take_text("traceloop.span.kind");
    let request = attributes.take_text("llm.request.type");
    let prompts = attributes.take_nested("gen_ai.prompt.").unwrap_or_default();
    let completions = attributes.take_nested("gen_ai.completion.").unwrap_or_default();
    let run_type = match (request.as_deref(), kind.as_deref()) {
        (Some("chat" | "completion"), _) => Some("llm"),
        (Some("embedding"), _) => Some("embedding"),
        (Some("rerank"), _) => Some("retriever"),
        (_, Some("tool")) => Some("tool"),
        (_, Some("workflow" | "task" | "agent")) => Some("chain"),
        // nobody else writes messages like this
        _ => (prompts.is_array() || completions.is_array()).then_some("llm"),
    };
    reading.set_type(run_type);
    reading.set_name(attributes.take_text("traceloop.entity.name"));
    reading.set_input_messages(messages::from_traceloop(prompts, "user"));
    reading.set_output_messages(messages::from_traceloop(completions, "assistant"));
    reading.count("total_tokens", attributes.take_count(&["llm.usage.total_tokens"]));
    reading.set_inputs(entity(attributes, "traceloop.entity.input"));
    reading.set_outputs(entity(attributes, "traceloop.entity.output"));
    let properties = attributes.take_below("traceloop.association.properties.");
    for (key, value) in properties {
        reading.note(&key, Some(value));
    }
}

/// What a decorated function was given or gave: `{"args": [..], "kwargs": {..}}`, or what a framework calls `inputs` or
/// `outputs`.
fn entity(attributes: &mut Attributes, name: &str) -> Option<Box<RawValue>> {
    let json = attributes.take_json(name)?;
    let Ok(mut members) = serde_json::from_str::<std::collections::BTreeMap<String, &RawValue>>(json.get())
    else {
        return Some(json);
    };
    // functions that take everything by name are seldom given anything else
    if let (Some(args), Some(kwargs)) = (members.get("args"), members.get("kwargs"))
        && members.len() == 2
        && args.get().split_whitespace().collect::<String>() == "[]"
    {
        return Some((*kwargs).to_owned());
    }
    let inner = members.remove("inputs").or_else(|| members.remove("outputs"));
    match inner {
        Some(inner) if serde_json::from_str::<Value>(inner.get()).is_ok_and(|inner| inner.is_object()) => {
            Some(inner.to_owned())
        }
        _ => Some(json),
    }
}
