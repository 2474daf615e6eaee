//! Applies an anonymizer to every text of an operation.

use std::borrow::Cow;

use serde_json::{Value, json};
use traceable_core::{Attachment, Payload, RunOperation, RunType};

use super::anonymizer::{Anonymizer, path};
use super::part::{Problem, UNREADABLE, fail_metadata, marker, marker_object, replace, safely, to_payload};

/// Replaces texts of the operation. A part that the anonymizer fails on becomes a marker, and adds to `failed`.
pub(super) fn anonymize(anonymizer: &Anonymizer, operation: &mut RunOperation, failed: &mut u64) {
    let mut work = Work { anonymizer, failed };
    work.identity(operation);
    for (field, payload) in [("inputs", &mut operation.inputs), ("outputs", &mut operation.outputs)] {
        if let Some(payload) = payload {
            replace(payload, work.payload(payload, &[field]), field, work.failed);
        }
    }
    work.metadata(operation);
    work.extra(operation);
    work.details(operation);
}

struct Work<'a> {
    anonymizer: &'a Anonymizer,
    failed: &'a mut u64,
}

impl Work<'_> {
    /// The replacement of a text; `None`: it stays.
    fn text(&mut self, text: &str, location: &[&str]) -> Option<String> {
        let text = safely(|| self.anonymizer.text(text, &path(location)));
        text.unwrap_or_else(|problem| {
            *self.failed += 1;
            Some(marker(problem))
        })
    }

    fn json(&self, json: &str, location: &[&str]) -> Result<Option<String>, Problem> {
        safely(|| self.anonymizer.json(json, &path(location)))?.map_err(|_| UNREADABLE)
    }

    fn payload(&self, payload: &Payload, location: &[&str]) -> Result<Option<Payload>, Problem> {
        self.json(payload.as_str(), location)?.map(|json| to_payload(&json)).transpose()
    }

    fn identity(&mut self, operation: &mut RunOperation) {
        if let Some(name) = self.text(operation.name(), &["name"]) {
            // the server rejects a run without a name
            let name = if name.is_empty() { "[redacted]".to_owned() } else { name };
            operation.set_name(name);
        }
        if let RunType::Custom(name) = operation.run_type()
            && let Some(new) = self.text(&name, &["run_type"])
        {
            operation.set_run_type(new.into());
        }
        if let Some(project) = operation.project()
            && let Some(new) = self.text(project, &["project"])
        {
            operation.set_project((!new.is_empty()).then_some(Cow::Owned(new)));
        }
        let mut tags: Option<Vec<String>> = None;
        for (index, tag) in operation.tags().enumerate() {
            if let Some(new) = self.text(tag, &["tags", &index.to_string()]) {
                tags.get_or_insert_with(|| operation.tags().map(str::to_owned).collect())[index] = new;
            }
        }
        if let Some(tags) = tags {
            operation.set_tags(tags);
        }
    }

    fn metadata(&mut self, operation: &mut RunOperation) {
        let mut json = Vec::new();
        operation.write_metadata(&mut json);
        let json = String::from_utf8(json).map_err(|_| UNREADABLE);
        match json.and_then(|json| self.json(&json, &["metadata"])) {
            Ok(None) => {}
            Ok(Some(json)) => match Payload::from_json(json.as_bytes()) {
                Ok(metadata) => operation.set_metadata_json(&metadata),
                Err(_) => fail_metadata(operation, UNREADABLE, self.failed),
            },
            Err(problem) => fail_metadata(operation, problem, self.failed),
        }
    }

    fn extra(&mut self, operation: &mut RunOperation) {
        let fields: Vec<_> = operation.extra().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        for (key, value) in fields {
            let mut new = value.clone();
            replace(&mut new, self.payload(&value, &["extra", &key]), &key, self.failed);
            if new != value {
                operation.set_extra(key, Some(new));
            }
        }
    }

    fn details(&mut self, operation: &mut RunOperation) {
        let details = operation.details();
        if let Some(error) = &details.error
            && let Some(new) = self.text(error, &["error"])
        {
            operation.details_mut().error = Some(new);
        }
        self.events(operation);
        if let Some(serialized) = &operation.details().serialized {
            let mut new = serialized.clone();
            replace(&mut new, self.payload(serialized, &["serialized"]), "serialized", self.failed);
            if new != *serialized {
                operation.details_mut().serialized = Some(new);
            }
        }
        if !operation.details().attachments.is_empty() {
            for (index, (name, attachment)) in operation.details_mut().attachments.iter_mut().enumerate() {
                self.attachment(name, attachment, &index.to_string());
            }
        }
    }

    fn events(&mut self, operation: &mut RunOperation) {
        let events = &operation.details().events;
        if events.is_empty() {
            return;
        }
        let json = serde_json::to_string(events).map_err(|_| UNREADABLE);
        let redacted = json.and_then(|json| self.json(&json, &["events"])).and_then(|json| {
            json.map(|json| serde_json::from_str::<Vec<Value>>(&json)).transpose().map_err(|_| UNREADABLE)
        });
        match redacted {
            Ok(None) => {}
            Ok(Some(events)) => operation.details_mut().events = events,
            Err(problem) => {
                *self.failed += 1;
                // the program sets the time of an event, so it may be any text, and is dropped too
                let time = operation.start_time().to_string();
                let event = json!({"name": marker(problem), "time": time});
                operation.details_mut().events = vec![event];
            }
        }
    }

    fn attachment(&mut self, name: &mut String, attachment: &mut Attachment, index: &str) {
        let mime_type = attachment.mime_type().to_owned();
        if let Some(new) = self.content(&mime_type, attachment.bytes(), index) {
            *attachment = Attachment::new(mime_type.clone(), new);
        }
        if let Some(new) = self.text(&mime_type, &["attachments", index, "type"]) {
            *attachment = Attachment::new(new, attachment.bytes());
        }
        if let Some(new) = self.text(name, &["attachments", index, "name"]) {
            *name = new;
        }
    }

    /// The replacement of an attachment's bytes; `None`: they stay.
    fn content(&mut self, mime_type: &str, bytes: &[u8], index: &str) -> Option<Vec<u8>> {
        let location = ["attachments", index, "content"];
        let is_json = is_json(mime_type);
        if !is_json && !is_text(mime_type) {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        // malformed JSON is treated as text
        if is_json && let Ok(json) = Payload::from_json(bytes) {
            return match self.json(json.as_str(), &location) {
                Ok(json) => json.map(String::into_bytes),
                Err(problem) => {
                    *self.failed += 1;
                    Some(marker_object("attachment", problem).as_bytes().to_vec())
                }
            };
        }
        self.text(&text, &location).map(String::into_bytes)
    }
}

fn is_json(mime_type: &str) -> bool {
    // but for JSON lines, which as a whole are not JSON
    kind(mime_type).ends_with("json")
}

fn is_text(mime_type: &str) -> bool {
    const SUFFIXES: [&str; 5] = ["xml", "yaml", "javascript", "ndjson", "x-www-form-urlencoded"];
    let kind = kind(mime_type);
    kind.starts_with("text/") || SUFFIXES.iter().any(|end| kind.ends_with(end))
}

/// The MIME type without its parameters.
fn kind(mime_type: &str) -> String {
    mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
