//! OpenInference (Arize Phoenix and others): `openinference.span.kind`, and lists that are flattened into names, such as
//! `llm.input_messages.0.message.role`.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::ingest::otlp::{attributes::Attributes, messages, reading::Reading};

pub(super) fn read(attributes: &mut Attributes, reading: &mut Reading) {
    let kind = attributes.take_text("openinference.span.kind").map(|kind| kind.to_ascii_uppercase());
    let known = kind.is_some();
    reading.set_type(kind.and_then(|kind| {
        Some(match kind.as_str() {
            "LLM" => "llm",
            "TOOL" => "tool",
            "RETRIEVER" | "RERANKER" => "retriever",
            "EMBEDDING" => "embedding",
            "PROMPT" => "prompt",
            "CHAIN" | "AGENT" | "GUARDRAIL" | "EVALUATOR" => "chain",
            _ => return None,
        })
    }));
    if !known && !["llm.", "input.value", "output.value"].iter().any(|prefix| attributes.has(prefix)) {
        return;
    }
    model(attributes, reading);
    if let Some(Value::Object(metadata)) = attributes.take_value("metadata") {
        metadata.into_iter().for_each(|(key, value)| reading.note(&key, Some(value)));
    }
    if let Some(Value::Array(tags)) = attributes.take("tag.tags") {
        reading.tags.extend(tags.iter().filter_map(|tag| Some(tag.as_str()?.to_owned())));
    }
    payloads(attributes, reading);
}

fn model(attributes: &mut Attributes, reading: &mut Reading) {
    let model =
        attributes.take_first_text(&["llm.model_name", "embedding.model_name", "reranker.model_name"]);
    reading.set_model(model, attributes.take_first_text(&["llm.provider", "llm.system"]));
    reading.count("input_tokens", attributes.take_count(&["llm.token_count.prompt"]));
    reading.count("output_tokens", attributes.take_count(&["llm.token_count.completion"]));
    reading.count("total_tokens", attributes.take_count(&["llm.token_count.total"]));
    for (of, name, key) in [
        ("input_token_details", "prompt_details.cache_read", "cache_read"),
        ("input_token_details", "prompt_details.cache_write", "cache_creation"),
        ("input_token_details", "prompt_details.audio", "audio"),
        ("output_token_details", "completion_details.reasoning", "reasoning"),
        ("output_token_details", "completion_details.audio", "audio"),
    ] {
        let count = attributes.take_count(&[&format!("llm.token_count.{name}")]);
        reading.detail(of, key, count);
    }
    reading.cost("input_cost", attributes.take("llm.cost.prompt"));
    reading.cost("output_cost", attributes.take("llm.cost.completion"));
    reading.cost("total_cost", attributes.take("llm.cost.total"));
    let mut params = attributes.take_value("llm.invocation_parameters");
    if let Some(Value::Array(tools)) = attributes.take_nested("llm.tools.") {
        let tools =
            tools.into_iter().map(|mut tool| match tool.pointer_mut("/tool/json_schema").map(Value::take) {
                Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                Some(schema) => schema,
                None => tool,
            });
        let tools = Value::Array(tools.collect());
        match &mut params {
            Some(Value::Object(params)) => drop(params.insert("tools".to_owned(), tools)),
            _ => params = Some(json!({ "tools": tools })),
        }
    }
    reading.invocation_params = reading.invocation_params.take().or(params);
}

fn payloads(attributes: &mut Attributes, reading: &mut Reading) {
    let input = value(attributes, "input");
    let output = value(attributes, "output");
    let nested = |attributes: &mut Attributes, prefix| attributes.take_nested(prefix).unwrap_or_default();
    // `input.value` is the same as text, or the call's arguments
    let messages = messages::from_openinference(nested(attributes, "llm.input_messages."));
    reading.set_input_messages(messages);
    let messages = messages::from_openinference(nested(attributes, "llm.output_messages."));
    reading.set_output_messages(messages);
    if let Some(prompts) = attributes.take_nested("llm.prompts.") {
        reading.set_inputs(to_raw_value(&json!({ "prompts": prompts })).ok());
    }
    if let Value::Array(documents) = nested(attributes, "retrieval.documents.") {
        reading.set_outputs(to_raw_value(&json!({ "documents": self::documents(documents) })).ok());
    }
    if let Value::Array(documents) = nested(attributes, "reranker.input_documents.") {
        let query = attributes.take_text("reranker.query");
        let inputs = json!({ "query": query, "documents": self::documents(documents) });
        reading.set_inputs(to_raw_value(&inputs).ok());
    }
    if let Value::Array(documents) = nested(attributes, "reranker.output_documents.") {
        reading.set_outputs(to_raw_value(&json!({ "documents": self::documents(documents) })).ok());
    }
    if let Value::Array(mut embeddings) = nested(attributes, "embedding.embeddings.") {
        let mut texts = Vec::new();
        for embedding in &mut embeddings {
            if let Some(Value::Object(embedding)) = embedding.get_mut("embedding") {
                texts.extend(embedding.remove("text"));
            }
        }
        reading.set_inputs(to_raw_value(&json!({ "texts": texts })).ok());
        reading.set_outputs(to_raw_value(&json!({ "embeddings": embeddings })).ok());
    }
    reading.set_inputs(input);
    reading.set_outputs(output);
}

/// `input.value` and its like, which are JSON if their media type says so.
fn value(attributes: &mut Attributes, name: &str) -> Option<Box<RawValue>> {
    let mime = attributes.take_text(&format!("{name}.mime_type"));
    let name = format!("{name}.value");
    match mime.as_deref() {
        Some("text/plain") => attributes.take(&name).and_then(|text| to_raw_value(&text).ok()),
        _ => attributes.take_json(&name),
    }
}

/// Documents in LangSmith's form: `{"page_content", "metadata", "score"}`.
fn documents(documents: Vec<Value>) -> Value {
    let read = |item: Value| {
        let document = item.get("document").cloned().unwrap_or(item);
        let of = |key: &str| document.get(key).cloned();
        let metadata = match of("metadata") {
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            other => other.unwrap_or_else(|| json!({})),
        };
        let mut read = json!({ "page_content": of("content"), "type": "Document", "metadata": metadata });
        for key in ["id", "score"] {
            if let (Some(value), Some(read)) = (of(key), read.as_object_mut()) {
                read.insert(key.to_owned(), value);
            }
        }
        read
    };
    documents.into_iter().map(read).collect()
}
