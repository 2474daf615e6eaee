//! Pydantic's Logfire and Pydantic AI: `logfire.*`, the requests and answers of its integrations, and agents.

use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::ingest::otlp::{attributes::Attributes, messages, reading::Reading};

pub(super) fn read(attributes: &mut Attributes, reading: &mut Reading) {
    if !attributes.has("logfire.") {
        return;
    }
    if let Some(Value::Array(tags)) = attributes.take("logfire.tags") {
        reading.tags.extend(tags.iter().filter_map(|tag| Some(tag.as_str()?.to_owned())));
    }
    request(attributes, reading);
    events(attributes, reading);
    let arguments = attributes.take_json("tool_arguments");
    if arguments.is_some() {
        reading.set_type(Some("tool"));
        reading.set_inputs(arguments);
        reading.set_outputs(attributes.take_json("tool_response"));
    }
    if let Some(all) = attributes.take_first_value(&["pydantic_ai.all_messages", "all_messages_events"]) {
        let mut all = from_events(all);
        // the agent's result has an attribute of its own
        let last = all.pop().filter(|last| last.get("role").is_some_and(|role| role == "assistant"));
        reading.set_input_messages(all);
        if !attributes.has("final_result") {
            reading.set_output_messages(last.into_iter().collect());
        }
    }
    reading.set_outputs(attributes.take_json("final_result"));
    // what it shows in place of the name, and how it draws values
    reading.note("logfire.msg", attributes.take_text("logfire.msg"));
    drop(attributes.take("logfire.json_schema"));
}

/// The OpenAI and Anthropic integrations: the request as it was sent, and what was used of the answer.
fn request(attributes: &mut Attributes, reading: &mut Reading) {
    let Some(request) = attributes.take_value("request_data") else { return };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    reading.set_model(text(request.get("model")), None);
    if request.get("messages").or(request.get("prompt")).or(request.get("input")).is_some() {
        reading.set_type(Some("llm"));
    }
    reading.set_inputs(to_raw_value(&request).ok());
    let Some(mut response) = attributes.take_value("response_data") else { return };
    if let Some(usage) = response.get_mut("usage").map(Value::take) {
        let count = |names: [&str; 2]| names.iter().find_map(|name| usage.get(name)?.as_u64());
        reading.count("input_tokens", count(["prompt_tokens", "input_tokens"]));
        reading.count("output_tokens", count(["completion_tokens", "output_tokens"]));
        reading.count("total_tokens", count(["total_tokens", "total_tokens"]));
    }
    match response.get_mut("message").map(Value::take) {
        Some(message @ Value::Object(_)) => reading.set_output_messages(vec![message]),
        Some(Value::String(text)) => {
            reading.set_output_messages(vec![serde_json::json!({ "role": "assistant", "content": text })]);
        }
        _ => reading.set_outputs(to_raw_value(&response).ok()),
    }
}

/// Pydantic AI's messages: events in one attribute, those of the model's answer among them.
fn events(attributes: &mut Attributes, reading: &mut Reading) {
    let Some(Value::Array(events)) = attributes.take_value("events") else { return };
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for event in events {
        match of_event(event) {
            Some((message, true)) => outputs.push(message),
            Some((message, false)) => inputs.push(message),
            None => {}
        }
    }
    reading.set_input_messages(inputs);
    reading.set_output_messages(outputs);
}

fn from_events(all: Value) -> Vec<Value> {
    match all {
        Value::Array(all) if all.iter().any(|event| event.get("event.name").is_some()) => {
            all.into_iter().filter_map(of_event).map(|(message, _)| message).collect()
        }
        all => messages::from_parts(all),
    }
}

fn of_event(event: Value) -> Option<(Value, bool)> {
    let Value::Object(event) = event else { return None };
    let name = event.get("event.name")?.as_str()?.to_owned();
    messages::from_event(&name, event)
}

/// What a pending span stands for: Logfire sends one as soon as a span starts, as a child of the span that it announces.
pub(super) struct Pending {
    /// The parent of the span that is announced, in hex; all zeros for a root.
    pub(super) parent: String,
}

pub(super) fn pending(attributes: &mut Attributes) -> Option<Pending> {
    let parent = attributes.take_text("logfire.pending_parent_id");
    let kind = attributes.take_text("logfire.span_type");
    if kind.as_deref() != Some("pending_span") {
        return None;
    }
    Some(Pending { parent: parent.unwrap_or_default() })
}
