//! A handle to a run: the one a traced function is in, or one made by hand.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Text;
use super::lifecycle;
use super::node::{Context, Run, State};
use super::operation::Identity as _;
use super::run_type::RunType;
use crate::capture::attachment::Attachment;
use crate::capture::outcome::guarded_text;
use crate::capture::payload::Payload;
use crate::identity::time::Timestamp;

/// A handle to a run.
///
/// Inside a traced function, [`RunTree::current`] or a parameter `#[run_tree] rt: RunTree` gives the function's own
/// run. Handles are cheap to clone, can be sent to other threads and outlive the run.
///
/// While tracing is off there is no run; the handle is then *inactive*: its methods do nothing, and as a parent it
/// stands for the ambient context.
///
/// A run can also be made by hand:
///
/// ```
/// use serde_json::json;
/// use traceable_core::{RunTree, RunType};
///
/// let run = RunTree::builder("pipeline").inputs(&json!({"question": "why?"})).build();
/// run.post();
/// let call = run.create_child("model").run_type(RunType::Llm).build();
/// call.post();
/// call.end_with(&json!({"answer": "because"}));
/// call.patch();
/// run.end();
/// run.patch();
/// assert_eq!(call.parent_run_id(), run.id());
/// ```
#[derive(Clone)]
pub struct RunTree(Option<Arc<Run>>);

impl RunTree {
    /// A handle to no run.
    pub fn inactive() -> RunTree {
        RunTree(None)
    }

    /// Whether there is a run behind the handle.
    pub fn is_active(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the run goes to a sink: `false` if tracing is off or the trace is not sampled.
    pub fn is_recorded(&self) -> bool {
        self.0.as_ref().is_some_and(|run| run.bound().sink.is_some())
    }

    /// The run's id; `None` for an inactive handle.
    pub fn id(&self) -> Option<Uuid> {
        Some(self.0.as_ref()?.bound().id)
    }

    /// The id of the run's trace.
    pub fn trace_id(&self) -> Option<Uuid> {
        Some(self.0.as_ref()?.bound().trace_id)
    }

    /// The id of the run's parent; `None` for a root.
    pub fn parent_run_id(&self) -> Option<Uuid> {
        self.0.as_ref()?.bound().parent_run_id
    }

    /// The run's name; empty for an inactive handle.
    pub fn name(&self) -> &str {
        self.0.as_ref().map_or("", |run| run.name())
    }

    /// What kind of work the run is.
    pub fn run_type(&self) -> RunType {
        self.0.as_ref().map(|run| run.head.run_type()).unwrap_or_default()
    }

    /// When the run started.
    pub fn start_time(&self) -> Option<Timestamp> {
        Some(self.0.as_ref()?.bound().start)
    }

    /// When the run ended, if it has.
    pub fn end_time(&self) -> Option<Timestamp> {
        self.0.as_ref()?.state().end_time
    }

    /// The way from the trace's root to this run, as text.
    pub fn dotted_order(&self) -> Option<String> {
        let run = self.0.as_ref()?;
        run.bound();
        let mut out = Vec::new();
        run.write_dotted_order(&mut out);
        String::from_utf8(out).ok()
    }

    /// Adds tags to this run.
    pub fn add_tags<T: Into<Text>>(&self, tags: impl IntoIterator<Item = T>) -> &RunTree {
        let tags: Vec<Text> = tags.into_iter().map(Into::into).collect();
        self.change(|state| state.extra().tags.extend(tags))
    }

    /// Replaces the tags of this run; those that it inherits stay.
    pub fn set_tags<T: Into<Text>>(&self, tags: impl IntoIterator<Item = T>) -> &RunTree {
        let tags: Vec<Text> = tags.into_iter().map(Into::into).collect();
        self.change(|state| state.extra().tags = tags)
    }

    /// Adds one entry to the metadata of this run and of the children that it has from now on.
    pub fn add_metadata<T: Serialize>(&self, key: &str, value: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let value = to_value(&value);
        self.change(|state| {
            // children share the settings by reference, so earlier ones keep what they have
            let mut settings = state.settings.as_deref().cloned().unwrap_or_default();
            settings.metadata.insert(key.to_owned(), value);
            state.settings = Some(Arc::new(settings));
        })
    }

    /// Adds entries to the inputs. `inputs` should serialise to an object; anything else is put under `input`.
    pub fn add_inputs<T: Serialize>(&self, inputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let more = to_object(&inputs, "input");
        self.change(|state| {
            let mut all =
                state.inputs.as_ref().map(|i| to_object(&i.to_value(), "input")).unwrap_or_default();
            all.extend(more);
            state.inputs = Some(Payload::of(&all));
        })
    }

    /// Adds entries to the outputs. A traced function's own result is added to them.
    pub fn add_outputs<T: Serialize>(&self, outputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let more = to_object_bytes(&outputs, "output");
        if let Some(run) = self.0.as_ref().filter(|_| more.as_bytes() != b"{}") {
            add_outputs(run, more);
        }
        self
    }

    /// Replaces the outputs. A traced function's own result is not recorded then.
    pub fn set_outputs<T: Serialize>(&self, outputs: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let outputs = to_object(&outputs, "output");
        self.change(|state| {
            state.outputs = None;
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
        self.change(|state| state.inputs = Some(inputs))
    }

    /// Says how many tokens a model used and what it cost, in LangSmith's shape: `input_tokens`, `output_tokens`,
    /// `total_tokens`, `input_token_details`, `output_token_details`, and costs in dollars.
    pub fn set_usage<T: Serialize>(&self, usage: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let usage = to_value(&usage);
        self.change(|state| state.metadata("usage_metadata", usage))
    }

    /// Adds something that happened during the run: a text, which becomes an event with that message, or an object
    /// such as `{"name": "retry", "attempt": 2}`. The time is added if it is missing.
    pub fn add_event<T: Serialize>(&self, event: T) -> &RunTree {
        if !self.takes_more() {
            return self;
        }
        let mut event = match to_value(&event) {
            Value::Object(event) => event,
            other => Map::from_iter([("name".to_owned(), json!("event")), ("message".to_owned(), other)]),
        };
        event.entry("time").or_insert_with(|| Timestamp::now().to_string().into());
        self.change(|state| state.extra().events.push(event.into()))
    }

    /// Adds a file.
    pub fn add_attachment(&self, name: impl Into<String>, attachment: Attachment) -> &RunTree {
        let name = name.into();
        self.change(|state| state.extra().attachments.push((name, attachment)))
    }

    /// Tells the sink that the run has started. For a run made by hand; others are posted by themselves.
    pub fn post(&self) -> &RunTree {
        if let Some(run) = self.0.as_ref().filter(|run| run.is_new()) {
            let outputs = run.state().outputs.clone();
            lifecycle::post(run);
            if let Some(outputs) = outputs {
                // the next patch tells all outputs again: the server replaces them, it does not add
                add_outputs(run, outputs);
            }
        }
        self
    }

    /// Says that the run ends now. For a run made by hand, [`patch`](Self::patch) then tells the sink; a traced
    /// function's run takes this as its end time.
    pub fn end(&self) -> &RunTree {
        self.change_bound(|state, start| {
            state.end_time.get_or_insert_with(|| Timestamp::now().max(start));
        })
    }

    /// Ends the run with these outputs, added to those it has.
    pub fn end_with<T: Serialize>(&self, outputs: T) -> &RunTree {
        self.add_outputs(outputs).end()
    }

    /// Ends the run with an error.
    pub fn end_with_error(&self, error: impl fmt::Display) -> &RunTree {
        if self.is_active() {
            let error = guarded_text(|| error.to_string());
            self.change(|state| state.extra().error = Some(error));
        }
        self.end()
    }

    /// Tells the sink what has changed. A run made by hand ends by this, if it has not ended yet.
    pub fn patch(&self) -> &RunTree {
        if let Some(run) = &self.0 {
            if run.head.method().is_none() {
                self.end();
                run.state().has_ended = true;
            }
            lifecycle::patch(run);
        }
        self
    }

    pub(crate) fn of(run: Arc<Run>) -> RunTree {
        RunTree(Some(run))
    }

    pub(crate) fn context(&self) -> Option<Context> {
        self.0.clone().map(Context::Run)
    }

    /// Whether what is added goes anywhere: nothing is serialised for a run that is not recorded. Metadata of a
    /// run of another process are for its children.
    fn takes_more(&self) -> bool {
        self.0.as_ref().is_some_and(|run| run.is_recorded())
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> &RunTree {
        if let Some(run) = &self.0 {
            // what it inherits comes with its place, and must not come later than this
            run.bound();
            change(&mut run.state());
        }
        self
    }

    fn change_bound(&self, change: impl FnOnce(&mut State, Timestamp)) -> &RunTree {
        if let Some(run) = &self.0 {
            let start = run.bound().start;
            change(&mut run.state(), start);
        }
        self
    }
}

/// Captured like any argument, so a failing `Serialize` becomes a marker.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Value {
    Payload::of(value).to_value()
}

pub(crate) fn to_object<T: Serialize + ?Sized>(value: &T, key: &str) -> Map<String, Value> {
    match to_value(value) {
        Value::Object(object) => object,
        Value::Null => Map::new(),
        other => Map::from_iter([(key.to_owned(), other)]),
    }
}

/// As [`to_object`], as bytes: nearly every value that is given here is an object already, and stays as it was
/// written.
pub(crate) fn to_object_bytes<T: Serialize + ?Sized>(value: &T, key: &str) -> Payload {
    let payload = Payload::of(value);
    match payload.as_bytes() {
        [b'{', ..] => payload,
        b"null" => Payload::of(&Map::new()),
        _ => Payload::of(&Map::from_iter([(key.to_owned(), payload.to_value())])),
    }
}

/// Adds an object to the outputs. The first one stays as it was written, if the run was made by hand: the result of a
/// function comes by another way and is joined with entries only.
fn add_outputs(run: &Run, more: Payload) {
    let mut state = run.state();
    let has_entries = state.extra.as_ref().is_some_and(|extra| !extra.outputs.is_empty());
    if run.head.method().is_none() && state.outputs.is_none() && !has_entries {
        state.outputs = Some(more);
        return;
    }
    let first = state.outputs.take();
    for outputs in first.iter().chain([&more]) {
        state.extra().outputs.extend(to_object(&outputs.to_value(), "output"));
    }
}

impl PartialEq for RunTree {
    /// Whether both are handles to the same run.
    fn eq(&self, other: &RunTree) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl fmt::Debug for RunTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_ref().map(|run| (run, run.started())) {
            Some((run, Some(bound))) => write!(f, "RunTree({:?}, {})", run.name(), bound.id),
            Some((run, None)) => write!(f, "RunTree({:?}, not started)", run.name()),
            None => f.write_str("RunTree(inactive)"),
        }
    }
}
