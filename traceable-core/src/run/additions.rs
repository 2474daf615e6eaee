//! What a program adds to a run through its handle: tags, metadata, inputs, outputs, events, files.

use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::node::{Additions, Run, State};
use super::run_tree::RunTree;
use crate::capture::attachment::Attachment;
use crate::capture::json_object::{JsonObject, to_object_bytes};
use crate::capture::payload::Payload;
use crate::identity::time::Timestamp;
use crate::sink::text::Text;

impl RunTree {
    /// Adds tags to this run.
    pub fn add_tags<T: Into<Text>>(&self, tags: impl IntoIterator<Item = T>) -> &RunTree {
        let tags: Vec<Text> = tags.into_iter().map(Into::into).collect();
        self.change(|_, state| state.extra().tags.extend(tags))
    }

    /// Replaces the tags of this run; those that it inherits stay.
    pub fn set_tags<T: Into<Text>>(&self, tags: impl IntoIterator<Item = T>) -> &RunTree {
        let tags: Vec<Text> = tags.into_iter().map(Into::into).collect();
        self.change(|_, state| state.extra().tags = tags)
    }

    /// Adds one entry to the metadata of this run and of the children that it has from now on.
    pub fn add_metadata<T: Serialize>(&self, key: &str, value: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let value = Payload::of(&value);
        self.change(|_, state| {
            // children share the settings by reference, so earlier ones keep what they have
            let mut settings = state.settings.as_deref().cloned().unwrap_or_default();
            settings.metadata.insert(key, value);
            state.settings = Some(Arc::new(settings));
        })
    }

    /// Sets a field of `extra` beside `metadata`, of this run alone: `invocation_params` (how the model was called),
    /// `batch_size`, `runtime` (joined with what the exporter says of the runtime), or one of your own. An object for
    /// `metadata` is added to the metadata of this run.
    ///
    /// ```
    /// use serde_json::json;
    /// use traceable_core::testing::Recorder;
    /// use traceable_core::{RunType, trace};
    ///
    /// let recorder = Recorder::new();
    /// recorder.scoped(|| {
    ///     trace("model").run_type(RunType::Llm).scope(|run| {
    ///         run.add_extra("invocation_params", json!({"model": "tiny", "temperature": 0.5}));
    ///     });
    /// });
    /// assert_eq!(recorder.run("model").extra["invocation_params"]["model"], "tiny");
    /// ```
    pub fn add_extra<T: Serialize>(&self, key: &str, value: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let value = Payload::of(&value);
        self.change(|_, state| state.extra().add_field(key, value))
    }

    /// Adds entries to the inputs. `inputs` should serialise to an object; anything else is put under `input`.
    pub fn add_inputs<T: Serialize>(&self, inputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let more = JsonObject::of(&inputs, "input");
        self.change(|_, state| {
            let mut all = state.inputs.as_ref().map(|i| JsonObject::read(i, "input")).unwrap_or_default();
            all.extend(more);
            state.inputs = Some(all.to_payload("inputs"));
            state.has_new_inputs = true;
        })
    }

    /// Adds entries to the outputs, beside a traced function's own result.
    pub fn add_outputs<T: Serialize>(&self, outputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let more = to_object_bytes(&outputs, "output");
        if let Some(run) = self.run().filter(|_| more.as_bytes() != b"{}") {
            add_outputs(run, more);
        }
        self
    }

    /// Replaces the outputs. A traced function's own result is then not recorded.
    pub fn set_outputs<T: Serialize>(&self, outputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let outputs = JsonObject::of(&outputs, "output");
        self.change(|_, state| {
            state.extra().first_outputs = None;
            state.extra().outputs = outputs;
            state.extra().outputs_are_set = true;
        })
    }

    /// Replaces the inputs.
    pub fn set_inputs<T: Serialize>(&self, inputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let inputs = to_object_bytes(&inputs, "input");
        self.change(|_, state| {
            state.inputs = Some(inputs);
            state.has_new_inputs = true;
        })
    }

    /// Records how many tokens a model used and what they cost, in LangSmith's shape: `input_tokens`, `output_tokens`,
    /// `total_tokens`, `input_token_details`, `output_token_details`, and costs in dollars.
    pub fn set_usage<T: Serialize>(&self, usage: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let usage = Payload::of(&usage);
        self.change(|_, state| state.extra().metadata.insert("usage_metadata", usage))
    }

    /// Adds an event: a text, which becomes an event with that message, or an object such as `{"name": "retry", "attempt": 2}`. The time is added if it is missing.
    pub fn add_event<T: Serialize>(&self, event: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let mut event = match Payload::of(&event).to_value() {
            Value::Object(event) => event,
            other => Map::from_iter([("name".to_owned(), json!("event")), ("message".to_owned(), other)]),
        };
        self.change(|run, state| {
            event.entry("time").or_insert_with(|| run.now(state).to_string().into());
            state.extra().events.push(event.into());
        })
    }

    /// Sets the end time, for what is recorded after it happened. A run does not end before its start: a time before that is
    /// taken for the reading of a clock that was set back, and the run ends now.
    pub fn set_end_time(&self, end: impl Into<Timestamp>) -> &RunTree {
        let end = end.into();
        self.change(|run, state| {
            let is_possible = run.started().is_none_or(|bound| end >= bound.start);
            state.end_time = Some(if is_possible { end } else { run.now(state) });
        })
    }

    /// Adds a file.
    pub fn add_attachment(&self, name: impl Into<String>, attachment: Attachment) -> &RunTree {
        let name = name.into();
        self.change(|_, state| state.extra().attachments.push((name, attachment)))
    }

    /// Whether what is added goes anywhere: nothing is serialised for a run that is not recorded. Metadata of a
    /// run of another process are for its children.
    fn takes_more(&self) -> bool {
        self.run().is_some_and(|run| run.is_recorded())
    }

    pub(super) fn change(&self, change: impl FnOnce(&Run, &mut State)) -> &RunTree {
        if let Some(run) = self.run() {
            // what it inherits comes with its place, and must not come later than this
            run.bound();
            change(run, &mut run.state());
        }
        self
    }
}

impl Additions {
    /// A field of `extra`; `metadata` is one that has a place of its own.
    pub(crate) fn add_field(&mut self, key: &str, value: Payload) {
        if key == "metadata" {
            self.metadata.extend(JsonObject::read(&value, "metadata"));
        } else {
            self.fields.insert(key, value);
        }
    }

    pub(crate) fn add_fields(&mut self, fields: &JsonObject) {
        for (key, value) in fields.iter() {
            self.add_field(key, value.clone());
        }
    }
}

/// Adds an object to the outputs. The first one stays as it was written, if the run is manual: the result of a function
/// comes by another way and is joined with entries only.
fn add_outputs(run: &Run, more: Payload) {
    let mut state = run.state();
    let extra = state.extra();
    if run.head.method().is_none() && extra.first_outputs.is_none() && extra.outputs.is_empty() {
        extra.first_outputs = Some(more);
        return;
    }
    let first = extra.first_outputs.take();
    for outputs in first.iter().chain([&more]) {
        extra.outputs.extend(JsonObject::read(outputs, "output"));
    }
}
