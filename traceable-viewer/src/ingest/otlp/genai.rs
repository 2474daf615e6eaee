//! `gen_ai.*`: OpenTelemetry's conventions for generative AI, of today and of before. Messages are in attributes, or in
//! events of the span.

use serde_json::value::to_raw_value;
use serde_json::{Map, Value, json};

use crate::ingest::otlp::{attributes::Attributes, event::Event, messages, reading::Reading};

pub(super) fn read(attributes: &mut Attributes, events: &mut Vec<Event>, reading: &mut Reading) {
    if !attributes.has("gen_ai.") && !events.iter().any(|event| event.name.starts_with("gen_ai.")) {
        return;
    }
    usage(attributes, reading);
    settings(attributes, reading);
    let operation = attributes.take_text("gen_ai.operation.name");
    let tool = attributes.take_text("gen_ai.tool.name");
    let run_type = match operation.as_deref() {
        Some("chat" | "completion" | "text_completion" | "generate_content") => Some("llm"),
        Some("embeddings" | "embedding") => Some("embedding"),
        Some("retrieval" | "rerank") => Some("retriever"),
        Some("execute_tool") => Some("tool"),
        Some(_) => Some("chain"),
        None => tool.as_ref().map(|_| "tool"),
    };
    if run_type == Some("llm") {
        reading.note("ls_model_type", Some("chat"));
    }
    reading.set_type(run_type);
    if run_type == Some("tool") {
        reading.set_name(tool);
        reading.note("tool_call_id", attributes.take_text("gen_ai.tool.call.id"));
        reading.set_inputs(attributes.take_json("gen_ai.tool.call.arguments"));
        reading.set_outputs(attributes.take_json("gen_ai.tool.call.result"));
    }
    messages_of(attributes, events, reading);
}

fn usage(attributes: &mut Attributes, reading: &mut Reading) {
    let mut count = |names: &[&str]| attributes.take_count(names);
    let input = count(&["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"]);
    let output = count(&["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"]);
    let total = count(&["gen_ai.usage.total_tokens"]);
    let read = count(&[
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.details.cache_read_tokens",
    ]);
    let written = count(&[
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.details.cache_write_tokens",
    ]);
    let reasoning = count(&[
        "gen_ai.usage.reasoning.output_tokens",
        "gen_ai.usage.reasoning_tokens",
        "gen_ai.usage.details.reasoning_tokens",
    ]);
    reading.count("input_tokens", input);
    reading.count("output_tokens", output);
    reading.count("total_tokens", total);
    reading.detail("input_token_details", "cache_read", read);
    reading.detail("input_token_details", "cache_creation", written);
    reading.detail("output_token_details", "reasoning", reasoning);
    reading.cost("total_cost", attributes.take("gen_ai.usage.cost"));
}

fn settings(attributes: &mut Attributes, reading: &mut Reading) {
    let requested = attributes.take_text("gen_ai.request.model");
    let answered = attributes.take_text("gen_ai.response.model");
    let provider = attributes.take_first_text(&["gen_ai.provider.name", "gen_ai.system"]);
    reading.set_model(requested.or(answered), provider);
    reading.set_thread(attributes.take_text("gen_ai.conversation.id"));
    reading.note("ls_temperature", attributes.get("gen_ai.request.temperature").cloned());
    reading.note("ls_max_tokens", attributes.get("gen_ai.request.max_tokens").cloned());
    reading.note("ls_stop", attributes.get("gen_ai.request.stop_sequences").cloned());
    let mut params: Map<String, Value> = attributes.take_below("gen_ai.request.").into_iter().collect();
    if let Some(tools) = attributes.take_value("gen_ai.tool.definitions") {
        params.insert("tools".to_owned(), tools);
    }
    if !params.is_empty() && reading.invocation_params.is_none() {
        reading.invocation_params = Some(Value::Object(params));
    }
}

fn messages_of(attributes: &mut Attributes, events: &mut Vec<Event>, reading: &mut Reading) {
    let mut inputs =
        attributes.take_value("gen_ai.system_instructions").map(messages::system).unwrap_or_default();
    inputs
        .extend(attributes.take_value("gen_ai.input.messages").map(messages::from_parts).unwrap_or_default());
    let mut outputs =
        attributes.take_value("gen_ai.output.messages").map(messages::from_parts).unwrap_or_default();
    events.retain_mut(|event| {
        let mut of_event = std::mem::take(&mut event.attributes);
        match event.name.as_str() {
            "gen_ai.client.inference.operation.details" => {
                inputs.extend(
                    of_event
                        .take_value("gen_ai.system_instructions")
                        .map(messages::system)
                        .unwrap_or_default(),
                );
                inputs.extend(
                    of_event
                        .take_value("gen_ai.input.messages")
                        .map(messages::from_parts)
                        .unwrap_or_default(),
                );
                outputs.extend(
                    of_event
                        .take_value("gen_ai.output.messages")
                        .map(messages::from_parts)
                        .unwrap_or_default(),
                );
            }
            // the oldest form: one JSON text for all
            "gen_ai.content.prompt" => reading.set_inputs(of_event.take_json("gen_ai.prompt")),
            "gen_ai.content.completion" => reading.set_outputs(of_event.take_json("gen_ai.completion")),
            name => match messages::from_event(name, of_event.clone().into_map()) {
                Some((message, true)) => outputs.push(message),
                Some((message, false)) => inputs.push(message),
                None => {
                    event.attributes = of_event;
                    return true;
                }
            },
        }
        false
    });
    reading.set_input_messages(inputs);
    reading.set_output_messages(outputs);
    if let Some(documents) = attributes.take_value("gen_ai.retrieval.documents") {
        reading.set_outputs(to_raw_value(&json!({ "documents": documents })).ok());
    }
    if let Some(query) = attributes.take_text("gen_ai.retrieval.query.text") {
        reading.set_inputs(to_raw_value(&json!({ "query": query })).ok());
    }
}
