//! `RunTreeBuilder`: manual runs.

use std::panic::Location;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::ambient::ambient;
use crate::capture::attachment::Attachment;
use crate::capture::json_object::{JsonObject, to_object_bytes};
use crate::capture::payload::Payload;
use crate::identity::time::Timestamp;
use crate::process;
use crate::run::around::goes_away;
use crate::run::bind::BindRequest;
use crate::run::child_checks;
use crate::run::head::RunHead;
use crate::run::inherited_settings::Settings;
use crate::run::node::{Context, Run, State};
use crate::run::run_tree::RunTree;
use crate::sink::run_sink::RunSink;
use crate::sink::run_type::RunType;
use crate::sink::text::Text;

/// A manual run, before it exists. Begun by [`RunTree::builder`] and [`RunTree::create_child`].
#[must_use = "the run exists only after `build()`"]
pub struct RunTreeBuilder {
    name: Text,
    /// Where in the user's code it was begun.
    location: &'static Location<'static>,
    run_type: RunType,
    /// A child of no run is no run.
    is_inactive: bool,
    up: Option<Context>,
    id: Option<Uuid>,
    start: Option<Timestamp>,
    inputs: Option<Payload>,
    serialized: Option<Payload>,
    attachments: Vec<(String, Attachment)>,
    settings: Settings,
    own_tags: Vec<Text>,
    fields: JsonObject,
}

impl RunTree {
    /// Begins a manual run, the root of a trace of its own. A child is begun by
    /// [`create_child`](Self::create_child).
    ///
    /// It goes to the sink of the ambient context, or to the default sink: install that first, by `init`. (Only
    /// annotated functions and blocks start tracing by themselves.)
    #[track_caller]
    pub fn builder(name: impl Into<Text>) -> RunTreeBuilder {
        RunTreeBuilder::new(name.into())
    }

    /// Begins a manual child of this run. It inherits the project, the sink, and this run's metadata.
    #[track_caller]
    pub fn create_child(&self, name: impl Into<Text>) -> RunTreeBuilder {
        let mut child = RunTreeBuilder::new(name.into());
        child.is_inactive = !self.is_active();
        child.up = self.context();
        child
    }
}

impl RunTreeBuilder {
    #[track_caller]
    fn new(name: Text) -> RunTreeBuilder {
        RunTreeBuilder {
            name,
            location: Location::caller(),
            run_type: RunType::Chain,
            is_inactive: false,
            up: None,
            id: None,
            start: None,
            inputs: None,
            serialized: None,
            attachments: Vec::new(),
            settings: Settings::default(),
            own_tags: Vec::new(),
            fields: JsonObject::default(),
        }
    }

    /// What kind of work the run is; [`RunType::Chain`] if not said.
    pub fn run_type(mut self, run_type: impl Into<RunType>) -> RunTreeBuilder {
        self.run_type = run_type.into();
        self
    }

    /// The inputs. They should serialise to an object; anything else is put under `input`.
    pub fn inputs<T: Serialize>(mut self, inputs: T) -> RunTreeBuilder {
        self.inputs = Some(to_object_bytes(&inputs, "input"));
        self
    }

    /// Tags of this run.
    pub fn tags<T: Into<Text>>(mut self, tags: impl IntoIterator<Item = T>) -> RunTreeBuilder {
        self.own_tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// One entry of the metadata, which children inherit.
    pub fn metadata<T: Serialize>(mut self, key: &str, value: T) -> RunTreeBuilder {
        self.settings.metadata.insert(key, Payload::of(&value));
        self
    }

    /// A field of `extra` beside `metadata`, of this run alone; see [`RunTree::add_extra`].
    pub fn extra<T: Serialize>(mut self, key: &str, value: T) -> RunTreeBuilder {
        self.fields.insert(key, Payload::of(&value));
        self
    }

    /// The project of a root, or of a child of a run in another process that does not tell its project. Any other child is in
    /// its parent's.
    pub fn project(mut self, project: impl Into<Text>) -> RunTreeBuilder {
        self.settings.project = Some(project.into());
        self
    }

    /// An id of the caller's choice. If it names another run, this one gets a fresh one and `metadata.dup_of` names the
    /// chosen one: see [`Extra::run_id`](crate::Extra::run_id).
    pub fn run_id(mut self, id: Uuid) -> RunTreeBuilder {
        self.id = Some(id);
        self
    }

    /// When the run started, if not now. It stays as it is given; where it is before the parent's start, the run has the
    /// parent's in its dotted order, and the difference in `metadata.clock_skew_ms`. A run whose start is ahead of the clock
    /// here takes as long as it takes all the same.
    pub fn start_time(mut self, start: impl Into<Timestamp>) -> RunTreeBuilder {
        self.start = Some(start.into());
        self
    }

    /// The example of a dataset that this root is an answer to.
    pub fn reference_example_id(mut self, id: Uuid) -> RunTreeBuilder {
        self.settings.reference_example_id = Some(id);
        self
    }

    /// How the model or prompt is configured. LangSmith keeps it for `llm` and `prompt` runs.
    pub fn serialized<T: Serialize>(mut self, serialized: T) -> RunTreeBuilder {
        self.serialized = Some(Payload::of(&serialized));
        self
    }

    /// A file that travels with the run.
    pub fn attachment(mut self, name: impl Into<String>, attachment: Attachment) -> RunTreeBuilder {
        self.attachments.push((name.into(), attachment));
        self
    }

    /// Where the run and its children go, if not to the default sink of the process or the parent's.
    pub fn sink(mut self, sink: Arc<dyn RunSink>) -> RunTreeBuilder {
        self.settings.sink = Some(sink);
        self
    }

    /// Builds the run. [`RunTree::post`] submits it to the sink.
    #[must_use = "a manual run is not sent before `.post()`"]
    pub fn build(self) -> RunTree {
        if self.is_inactive {
            return RunTree::inactive();
        }
        let inherited = self.up.as_ref().and_then(Context::settings);
        let mut settings = self.settings.over(inherited.as_deref());
        if goes_away(self.up.as_ref())
            && let Some(around) = ambient().context().as_ref().and_then(Context::settings)
        {
            settings.take_from_around(&around, self.up.as_ref());
        }
        if settings.sink.is_some() {
            process::open_gate();
        }
        let above = self.up.as_ref().and_then(Context::run);
        let head = RunHead::new(self.name, self.run_type, None, Some(self.location));
        let mut state = State { inputs: self.inputs, ..State::default() };
        let request = BindRequest {
            parent: self.up,
            settings: Some(Arc::new(settings)),
            id: self.id,
            start: self.start,
            is_manual: true,
            is_silent: false,
        };
        let bound = request.bind(&head, &mut state);
        if !self.own_tags.is_empty() {
            state.extra().tags = self.own_tags;
        }
        if !self.fields.is_empty() {
            state.extra().add_fields(&self.fields);
        }
        if self.serialized.is_some() {
            state.extra().serialized = self.serialized;
        }
        if !self.attachments.is_empty() {
            state.extra().attachments = self.attachments;
        }
        if let Some(parent) = above {
            child_checks::count(&parent);
            // one whose start is given may be recorded long after both have ended
            if let Some(ended) = parent.ended().filter(|ended| bound.start >= *ended) {
                child_checks::note_late(head.callsite(), &mut state, bound.start, &parent, ended);
            }
        }
        let run = Run::with_binding(head, bound, state);
        RunTree::of(Arc::new(run))
    }
}
