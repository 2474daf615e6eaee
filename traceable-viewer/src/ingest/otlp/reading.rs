//! What the families of attributes find out about a span. The first to find something is right.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::ingest::otlp::attributes::Attributes;

#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) name: Option<String>,
    pub(super) run_type: Option<&'static str>,
    pub(super) inputs: Option<Box<RawValue>>,
    pub(super) outputs: Option<Box<RawValue>>,
    /// LangSmith's `usage_metadata`: tokens, their details, costs.
    pub(super) usage: Map<String, Value>,
    pub(super) metadata: Map<String, Value>,
    /// The settings of a call to a model.
    pub(super) invocation_params: Option<Value>,
    pub(super) serialized: Option<Value>,
    pub(super) tags: Vec<String>,
    pub(super) project: Option<String>,
    pub(super) project_id: Option<Uuid>,
    pub(super) reference_example_id: Option<Uuid>,
}

impl Reading {
    pub(super) fn set_name(&mut self, name: Option<String>) {
        self.name = self.name.take().or(name);
    }

    pub(super) fn set_type(&mut self, run_type: Option<&'static str>) {
        self.run_type = self.run_type.or(run_type);
    }

    pub(super) fn set_inputs(&mut self, inputs: Option<Box<RawValue>>) {
        self.inputs = self.inputs.take().or(inputs);
    }

    pub(super) fn set_outputs(&mut self, outputs: Option<Box<RawValue>>) {
        self.outputs = self.outputs.take().or(outputs);
    }

    /// Inputs that are messages.
    pub(super) fn set_input_messages(&mut self, messages: Vec<Value>) {
        self.set_inputs(as_messages(messages));
    }

    /// Outputs that are messages.
    pub(super) fn set_output_messages(&mut self, messages: Vec<Value>) {
        self.set_outputs(as_messages(messages));
    }

    pub(super) fn note(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value
            && !self.metadata.contains_key(key)
        {
            self.metadata.insert(key.to_owned(), value.into());
        }
    }

    /// The model and its provider, under LangSmith's names.
    pub(super) fn set_model(&mut self, model: Option<String>, provider: Option<String>) {
        self.note("ls_model_name", model);
        self.note("ls_provider", provider);
    }

    /// The conversation that the trace is a part of.
    pub(super) fn set_thread(&mut self, thread: Option<String>) {
        self.note("thread_id", thread);
    }

    pub(super) fn count(&mut self, key: &str, count: Option<u64>) {
        if let Some(count) = count
            && !self.usage.contains_key(key)
        {
            self.usage.insert(key.to_owned(), count.into());
        }
    }

    pub(super) fn cost(&mut self, key: &str, cost: Option<Value>) {
        if let Some(cost) = cost.filter(Value::is_number)
            && !self.usage.contains_key(key)
        {
            self.usage.insert(key.to_owned(), cost);
        }
    }

    /// A count that is part of another, such as the tokens that were in a cache.
    pub(super) fn detail(&mut self, of: &str, key: &str, count: Option<u64>) {
        let Some(count) = count else { return };
        let details = self.usage.entry(of).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(details) = details {
            details.entry(key).or_insert_with(|| count.into());
        }
    }

    /// The usage, with its total.
    pub(super) fn usage(&mut self) -> Option<Value> {
        let of = |usage: &Map<String, Value>, key: &str| usage.get(key).and_then(Value::as_u64);
        let (input, output) = (of(&self.usage, "input_tokens"), of(&self.usage, "output_tokens"));
        if input.or(output).is_some() {
            self.count("total_tokens", Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))));
        }
        (!self.usage.is_empty()).then(|| Value::Object(std::mem::take(&mut self.usage)))
    }

    /// Takes all attributes below a prefix into the metadata, by the rest of their names.
    pub(super) fn note_below(&mut self, attributes: &mut Attributes, prefix: &str) {
        for (key, value) in attributes.take_below(prefix) {
            self.note(&key, Some(value).filter(|value| !value.is_null()));
        }
    }
}

fn as_messages(messages: Vec<Value>) -> Option<Box<RawValue>> {
    let messages = Some(messages).filter(|messages| !messages.is_empty())?;
    to_raw_value(&Map::from_iter([("messages".to_owned(), Value::Array(messages))])).ok()
}
