//! Messages of chats, from the forms in which spans have them to the one that LangSmith shows:
//! `{"role", "content", "tool_calls": [{"id", "type", "function": {"name", "arguments"}}], "tool_call_id"}`.

use serde_json::{Map, Value, json};

/// A list of messages in the form of OpenTelemetry's GenAI conventions: messages with `parts`. What has no parts is left
/// as it is.
pub(super) fn from_parts(messages: Value) -> Vec<Value> {
    match messages {
        Value::Array(messages) => messages.into_iter().flat_map(of_parts).collect(),
        Value::Null => Vec::new(),
        // not the form that it should have, and still what was said
        one @ Value::Object(_) => of_parts(one),
        other => vec![json!({ "role": "user", "content": other })],
    }
}

/// The system's instructions, which are a list of parts or a text.
pub(super) fn system(instructions: Value) -> Vec<Value> {
    match instructions {
        Value::Null => Vec::new(),
        Value::Array(parts) => of_parts(json!({ "role": "system", "parts": parts })),
        other => vec![json!({ "role": "system", "content": other })],
    }
}

/// One message with parts. Answers of tools are messages of their own.
fn of_parts(message: Value) -> Vec<Value> {
    let Value::Object(mut message) = message else {
        return vec![json!({ "role": "user", "content": message })];
    };
    let Some(Value::Array(parts)) = message.remove("parts") else { return vec![Value::Object(message)] };
    let (mut content, mut calls, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        match part.get("type").and_then(Value::as_str) {
            Some("text") => {
                content.push(json!({ "type": "text", "text": part.get("content").or(part.get("text")) }))
            }
            Some("tool_call") => {
                let of = |key| part.get(key).cloned();
                calls.push(tool_call(of("id"), of("name"), of("arguments")));
            }
            Some("tool_call_response") => {
                let answer = part.get("response").or(part.get("result")).cloned().unwrap_or_default();
                answers.push(json!({ "role": "tool", "content": answer, "tool_call_id": part.get("id") }));
            }
            _ => content.push(part),
        }
    }
    // a message of answers alone is none of its own
    if !content.is_empty() || !calls.is_empty() || answers.is_empty() {
        message.insert("content".to_owned(), joined(content));
        if !calls.is_empty() {
            message.insert("tool_calls".to_owned(), Value::Array(calls));
        }
        answers.insert(0, Value::Object(message));
    }
    answers
}

/// One text is the content; of anything else, the list.
fn joined(mut parts: Vec<Value>) -> Value {
    match &parts[..] {
        [] => Value::String(String::new()),
        [one] if one.get("type").is_some_and(|kind| kind == "text") => {
            parts.pop().and_then(|mut part| part.get_mut("text").map(Value::take)).unwrap_or_default()
        }
        _ => Value::Array(parts),
    }
}

/// A call of a tool, as OpenAI has it: the arguments are a text.
pub(super) fn tool_call(id: Option<Value>, name: Option<Value>, arguments: Option<Value>) -> Value {
    let arguments = match arguments {
        Some(text @ Value::String(_)) => text,
        Some(Value::Null) | None => Value::String("{}".to_owned()),
        Some(other) => Value::String(other.to_string()),
    };
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

/// Messages as OpenInference flattens them: `[{"message": {"role", "content", "contents", "tool_calls"}}]`.
pub(super) fn from_openinference(messages: Value) -> Vec<Value> {
    let Value::Array(messages) = messages else { return Vec::new() };
    messages
        .into_iter()
        .filter_map(|mut item| item.get_mut("message").map(Value::take))
        .map(of_openinference)
        .collect()
}

fn of_openinference(message: Value) -> Value {
    let Value::Object(mut message) = message else { return message };
    if let Some(Value::Array(contents)) = message.remove("contents") {
        let contents = contents.into_iter().map(|mut item| {
            let part = item.get_mut("message_content").map(Value::take).unwrap_or(item);
            match part.pointer("/image/image/url") {
                Some(url) => json!({ "type": "image_url", "image_url": { "url": url } }),
                None => part,
            }
        });
        message.insert("content".to_owned(), joined(contents.collect()));
    }
    if let Some(Value::Array(calls)) = message.remove("tool_calls") {
        let calls =
            calls.into_iter().filter_map(|mut item| item.get_mut("tool_call").map(Value::take)).map(|call| {
                let of = |path: &str| call.pointer(path).cloned();
                tool_call(of("/id"), of("/function/name"), of("/function/arguments"))
            });
        message.insert("tool_calls".to_owned(), Value::Array(calls.collect()));
    }
    Value::Object(message)
}

/// Messages as Traceloop flattens them: `[{"role", "content", "finish_reason", "tool_calls": [{"id", "name",
/// "arguments"}]}]`. The content may be the JSON of a list.
pub(super) fn from_traceloop(messages: Value, role: &str) -> Vec<Value> {
    let Value::Array(messages) = messages else { return Vec::new() };
    let read = |message: Value| {
        let Value::Object(mut message) = message else { return message };
        message.entry("role").or_insert_with(|| role.into());
        if let Some(Value::String(text)) = message.get("content")
            && let Ok(list @ Value::Array(_)) = serde_json::from_str(text)
        {
            message.insert("content".to_owned(), list);
        }
        if let Some(Value::Array(calls)) = message.remove("tool_calls") {
            let calls = calls.into_iter().map(|call| {
                let of = |key| call.get(key).cloned();
                tool_call(of("id"), of("name"), of("arguments"))
            });
            message.insert("tool_calls".to_owned(), Value::Array(calls.collect()));
        }
        Value::Object(message)
    };
    messages.into_iter().map(read).collect()
}

/// A message out of an event such as `gen_ai.user.message`: its attributes or body. Gives the message, and whether it is
/// one of the model's answers.
pub(super) fn from_event(name: &str, mut event: Map<String, Value>) -> Option<(Value, bool)> {
    let (role, answer) = match name {
        "gen_ai.system.message" => ("system", false),
        "gen_ai.user.message" => ("user", false),
        "gen_ai.assistant.message" => ("assistant", false),
        "gen_ai.tool.message" => ("tool", false),
        "gen_ai.choice" => ("assistant", true),
        _ => return None,
    };
    for known in ["gen_ai.system", "gen_ai.provider.name", "event.name", "gen_ai.message.index"] {
        event.remove(known);
    }
    // attributes hold objects as the text of their JSON
    for key in ["message", "tool_calls", "content"] {
        if let Some(Value::String(text)) = event.get(key)
            && text.starts_with(['{', '['])
            && let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text)
        {
            event.insert(key.to_owned(), json);
        }
    }
    let mut message = match event.remove("message") {
        Some(Value::Object(inner)) => {
            let finish_reason = event.remove("finish_reason");
            let mut inner = inner;
            if let Some(reason) = finish_reason {
                inner.insert("finish_reason".to_owned(), reason);
            }
            inner
        }
        Some(text) => {
            event.insert("content".to_owned(), text);
            event
        }
        None => event,
    };
    if role == "tool"
        && let Some(id) = message.remove("id")
    {
        message.insert("tool_call_id".to_owned(), id);
    }
    message.entry("role").or_insert_with(|| role.into());
    Some((Value::Object(message), answer))
}
