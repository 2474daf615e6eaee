//! An event of a span.

use opentelemetry_proto::tonic::trace::v1::span;
use serde_json::{Map, Value};

use crate::ingest::otlp::{attributes::Attributes, clock};

#[derive(Debug)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) time_us: Option<i64>,
    pub(super) attributes: Attributes,
}

impl Event {
    pub(super) fn new(event: span::Event) -> Self {
        Event {
            name: event.name,
            time_us: clock::micros(event.time_unix_nano),
            attributes: Attributes::new(event.attributes),
        }
    }

    /// The event as a run has it.
    pub(super) fn into_json(self) -> Value {
        let mut json = Map::from_iter([("name".to_owned(), Value::from(self.name))]);
        if let Some(time) = self.time_us {
            json.insert("time".to_owned(), clock::iso(time).into());
        }
        if !self.attributes.is_empty() {
            json.insert("kwargs".to_owned(), self.attributes.into_map().into());
        }
        Value::Object(json)
    }

    /// The error that an event of an exception tells of.
    pub(super) fn error(&mut self) -> Option<String> {
        if self.name != "exception" {
            return None;
        }
        let mut take = |name| self.attributes.take_text(name);
        let (kind, message) = (take("exception.type"), take("exception.message"));
        let stacktrace = take("exception.stacktrace");
        let mut error = match (kind, message) {
            (Some(kind), Some(message)) => format!("{kind}: {message}"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => String::new(),
        };
        if let Some(stacktrace) = stacktrace {
            let between = if error.is_empty() { "" } else { "\n\n" };
            error = format!("{error}{between}{stacktrace}");
        }
        Some(if error.is_empty() { "an exception without a text".to_owned() } else { error })
    }
}
