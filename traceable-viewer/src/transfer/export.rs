//! A run as one line of JSON.

use base64::Engine;
use serde_json::{Value, value::RawValue};
use traceable_core::Timestamp;

use crate::model::stored_run::{StoredFeedback, StoredRun};
use crate::store::{Store, StoreError};

/// A run as one line of JSON, without the line's end: LangSmith's keys, but those that follow from others.
///
/// `session_name` is the project. `attachments` holds `{"name": ["media type", "base64"]}`, and `feedback` a list of
/// objects. What a run does not have is left out. Payloads stand as they were received, to the last digit.
///
/// # Errors
///
/// The files or the feedback of the run cannot be read.
pub fn export_line(store: &Store, run: &StoredRun) -> Result<String, StoreError> {
    let mut line = Object::default();
    line.text("id", &run.id.to_string());
    line.text("name", &run.name);
    line.text("run_type", &run.run_type);
    line.text("status", run.status.as_str());
    line.text("session_name", &run.project);
    line.text("session_id", &run.project_id.to_string());
    line.text("trace_id", &run.trace_id.to_string());
    line.optional("parent_run_id", run.parent_id.map(|id| id.to_string()));
    line.text("dotted_order", &run.dotted_order);
    line.optional("start_time", run.start_us.map(time));
    line.optional("end_time", run.end_us.map(time));
    line.optional("error", run.error.clone());
    if !run.tags.is_empty() {
        line.json("tags", &Value::from(run.tags.clone()).to_string());
    }
    line.optional("reference_example_id", run.reference_example_id.map(|id| id.to_string()));
    for (key, payload) in [
        ("inputs", &run.inputs),
        ("outputs", &run.outputs),
        ("extra", &run.extra),
        ("events", &run.events),
        ("serialized", &run.serialized),
    ] {
        if let Some(payload) = payload {
            line.json(key, &on_one_line(payload));
        }
    }
    if !run.attachments.is_empty() {
        line.json("attachments", &attachments(store, run)?);
    }
    let feedback = store.feedback(run.id)?;
    if !feedback.is_empty() {
        let documents: Vec<_> = feedback.iter().map(document).collect();
        line.json("feedback", &format!("[{}]", documents.join(",")));
    }
    Ok(line.end())
}

fn time(us: i64) -> String {
    Timestamp::from_signed_micros(us).to_string()
}

fn attachments(store: &Store, run: &StoredRun) -> Result<String, StoreError> {
    let mut files = Object::default();
    for file in &run.attachments {
        let bytes = store.attachment(run.id, &file.name)?.unwrap_or_default();
        let bytes = base64::engine::general_purpose::STANDARD.encode(bytes);
        files.json(&file.name, &format!("[{},\"{bytes}\"]", Value::from(file.mime.as_str())));
    }
    Ok(files.end())
}

/// The feedback as it was received, with its id.
fn document(feedback: &StoredFeedback) -> String {
    let document = on_one_line(&feedback.document);
    let has_id = serde_json::from_str::<serde_json::Map<String, Value>>(&document)
        .is_ok_and(|members| members.contains_key("id"));
    match document.strip_prefix('{') {
        Some(_) if has_id => document,
        Some("}") => format!("{{\"id\":\"{}\"}}", feedback.id),
        Some(rest) => format!("{{\"id\":\"{}\",{rest}", feedback.id),
        None => document,
    }
}

/// JSON without line breaks; inside of texts there are none. What is stored and no JSON becomes a text.
fn on_one_line(json: &str) -> String {
    if serde_json::from_str::<&RawValue>(json).is_err() {
        return Value::from(json).to_string();
    }
    if json.contains(['\n', '\r']) {
        json.replace(['\n', '\r'], " ").trim().to_owned()
    } else {
        json.trim().to_owned()
    }
}

/// An object whose values are JSON already.
#[derive(Default)]
struct Object(String);

impl Object {
    fn json(&mut self, key: &str, json: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0 += &Value::from(key).to_string();
        self.0.push(':');
        self.0 += json;
    }

    fn text(&mut self, key: &str, text: &str) {
        self.json(key, &Value::from(text).to_string());
    }

    fn optional(&mut self, key: &str, text: Option<String>) {
        if let Some(text) = text {
            self.text(key, &text);
        }
    }

    fn end(mut self) -> String {
        if self.0.is_empty() {
            self.0.push('{');
        }
        self.0.push('}');
        self.0
    }
}
