//! An operation: one thing that happened to a run, on its way to a sink.

use std::fmt;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::run_type::RunType;
use super::text::Text;
use crate::capture::attachment::Attachment;
use crate::capture::json_object::JsonObject;
use crate::capture::payload::Payload;
use crate::identity::time::Timestamp;

/// Whether an operation announces a run or updates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// The run is new.
    Post,
    /// The run was posted before, and has ended or changed.
    Patch,
}

/// One thing that happened to a run.
///
/// Methods read the run's identity (id, name, start, dotted order), which the operation shares with the run itself.
/// Public fields hold what this operation adds. `None` means: nothing new.
#[derive(Clone)]
pub struct RunOperation {
    /// Whether the run is new.
    pub kind: OperationKind,
    /// When the run ended, if it has.
    pub end_time: Option<Timestamp>,
    /// The inputs, a JSON object.
    pub inputs: Option<Payload>,
    /// The outputs, a JSON object.
    pub outputs: Option<Payload>,
    pub(crate) details: Option<Box<RunDetails>>,
    pub(crate) run: Arc<dyn Identity>,
    pub(crate) inherited: Option<Arc<dyn Labels>>,
}

/// Who a run is. A trait, because a run knows its sink, and a sink takes operations.
pub(crate) trait Identity: Send + Sync {
    fn id(&self) -> Uuid;
    fn trace_id(&self) -> Uuid;
    fn parent_run_id(&self) -> Option<Uuid>;
    fn name(&self) -> &str;
    fn run_type(&self) -> RunType;
    /// `ls_method` in the metadata.
    fn method(&self) -> Option<&'static str>;
    fn start_time(&self) -> Timestamp;
    fn project(&self) -> Option<&str>;
    fn address(&self) -> Option<&str>;
    fn reference_example_id(&self) -> Option<Uuid>;
    fn write_dotted_order(&self, out: &mut Vec<u8>);
    /// The nearest run above it that lives in another process.
    fn distributed_parent_id(&self) -> Option<Uuid>;
    /// Whether the topmost run of its trace that goes where it goes has ended; that may be the run itself.
    fn has_top_ended(&self) -> bool;
    /// How many bytes of memory it takes by itself.
    fn size(&self) -> usize;
    /// The marks that sinks have set on it.
    fn marks(&self) -> &AtomicU32;
}

/// The topmost run of a trace, as far as this process and this sink know the trace; given by
/// [`RunOperation::top_run`].
#[must_use = "it says whether the trace is over by `.has_ended()`"]
pub struct TopRun(Arc<dyn Identity>);

impl TopRun {
    /// Whether it has ended by now. Its own last operation is submitted after that.
    pub fn has_ended(&self) -> bool {
        self.0.has_top_ended()
    }
}

/// What a run has inherited. A trait, because sinks are inherited too.
pub(crate) trait Labels: Send + Sync {
    fn tags(&self) -> &[Text];
    fn metadata(&self) -> &JsonObject;
    /// How many bytes of memory they take.
    fn size(&self) -> usize;
}

/// What most runs have none of. Kept apart, so that the operations of a plain run are small.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct RunDetails {
    /// The error as text, with its causes.
    pub error: Option<String>,
    /// Everything that happened during the run so far, JSON objects with `name` and `time`.
    pub events: Vec<Value>,
    /// How the model or prompt was configured (LangSmith keeps it for `llm` and `prompt` runs).
    pub serialized: Option<Payload>,
    /// Files, by name, that were added since the last operation.
    pub attachments: Vec<(String, Attachment)>,
    pub(crate) tags: Vec<Text>,
    pub(crate) metadata: JsonObject,
    pub(crate) fields: JsonObject,
}

static NO_DETAILS: LazyLock<RunDetails> = LazyLock::new(RunDetails::default);

impl RunOperation {
    /// The rarer parts of the operation.
    pub fn details(&self) -> &RunDetails {
        self.details.as_deref().unwrap_or(&NO_DETAILS)
    }

    /// The rarer parts of the operation, to be changed.
    pub fn details_mut(&mut self) -> &mut RunDetails {
        self.details.get_or_insert_default()
    }

    /// The run's id.
    pub fn id(&self) -> Uuid {
        self.run.id()
    }

    /// The id of the run's trace: that of its root.
    pub fn trace_id(&self) -> Uuid {
        self.run.trace_id()
    }

    /// The id of the run's parent; `None` for a root.
    pub fn parent_run_id(&self) -> Option<Uuid> {
        self.run.parent_run_id()
    }

    /// The run of another process that this part of the trace attaches to; `None` if the trace began in this one.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use traceable_core::{RunOperation, RunSink, RunTree};
    ///
    /// #[derive(Default)]
    /// struct Above(Mutex<Vec<Option<String>>>);
    ///
    /// impl RunSink for Above {
    ///     fn submit(&self, operation: RunOperation) {
    ///         self.0.lock().unwrap().push(operation.distributed_parent_id().map(|id| id.to_string()));
    ///     }
    /// }
    ///
    /// let sink = Arc::new(Above::default());
    /// let order = "20261122T132433386589Z01a2036e-0bea-710d-96ed-c3ae3327ba63".parse()?;
    /// let here = RunTree::from_dotted_order(&order).create_child("here").sink(sink.clone()).build();
    /// here.post();
    /// here.create_child("below").build().post();
    /// RunTree::builder("own").sink(sink.clone()).build().post();
    /// let elsewhere = Some("01a2036e-0bea-710d-96ed-c3ae3327ba63".to_owned());
    /// assert_eq!(*sink.0.lock().unwrap(), [elsewhere.clone(), elsewhere, None]);
    /// # Ok::<(), traceable_core::ParseError>(())
    /// ```
    pub fn distributed_parent_id(&self) -> Option<Uuid> {
        self.run.distributed_parent_id()
    }

    /// The topmost run above this one, or this one: the root; the child of a run of another process; the first below a
    /// run that goes to another sink. Runs below it may end after it.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use traceable_core::{RunOperation, RunSink, RunTree};
    ///
    /// #[derive(Default)]
    /// struct Over(Mutex<Vec<(String, bool)>>);
    ///
    /// impl RunSink for Over {
    ///     fn submit(&self, operation: RunOperation) {
    ///         let is_over = operation.top_run().has_ended();
    ///         self.0.lock().unwrap().push((operation.name().to_owned(), is_over));
    ///     }
    /// }
    ///
    /// let sink = Arc::new(Over::default());
    /// let root = RunTree::builder("root").sink(sink.clone()).build();
    /// root.post();
    /// let child = root.create_child("child").build();
    /// child.post();
    /// root.end().patch();
    /// child.end().patch();
    /// let seen = [("root", false), ("child", false), ("root", true), ("child", true)];
    /// assert_eq!(*sink.0.lock().unwrap(), seen.map(|(name, is_over)| (name.to_owned(), is_over)));
    /// ```
    pub fn top_run(&self) -> TopRun {
        TopRun(self.run.clone())
    }

    /// The run's name.
    pub fn name(&self) -> &str {
        self.run.name()
    }

    /// What kind of work the run is.
    pub fn run_type(&self) -> RunType {
        self.run.run_type()
    }

    /// When the run started.
    pub fn start_time(&self) -> Timestamp {
        self.run.start_time()
    }

    /// The project the run was explicitly put into; `None` leaves the choice to the sink.
    pub fn project(&self) -> Option<&str> {
        self.run.project()
    }

    /// The environment of an agent that the run was put into by another process, instead of a project:
    /// `lrn:agents/{id}/environments/{environment}`. `None` leaves the choice to the sink.
    pub fn address(&self) -> Option<&str> {
        self.run.address()
    }

    /// The example of a dataset that the trace is an answer to.
    pub fn reference_example_id(&self) -> Option<Uuid> {
        self.run.reference_example_id()
    }

    /// The run's tags, those of its ancestors first.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let inherited = self.inherited.as_ref().map_or(&[][..], |labels| labels.tags());
        inherited.iter().chain(&self.details().tags).map(AsRef::as_ref)
    }

    /// The run's metadata: what its ancestors gave it, its own, and `ls_method`, which says how it was made. Values are as
    /// [`Payload::to_value`] has them; [`write_metadata`](Self::write_metadata) writes them as they are.
    pub fn metadata(&self) -> Map<String, Value> {
        let mut all = self.inherited.as_ref().map(|labels| labels.metadata().to_map()).unwrap_or_default();
        if let Some(method) = self.run.method() {
            all.entry("ls_method").or_insert_with(|| method.into());
        }
        all.extend(self.details().metadata.to_map());
        all
    }

    /// Appends the run's metadata as a JSON object to `out`, without building it first.
    pub fn write_metadata(&self, out: &mut Vec<u8>) {
        let inherited = self.inherited.as_ref().map(|labels| labels.metadata());
        let own = &self.details().metadata;
        let mut separator = b'{';
        let mut member = |key: &str, value: &[u8]| {
            out.push(separator);
            separator = b',';
            // a text cannot fail to serialise
            let _ = serde_json::to_writer(&mut *out, key);
            out.push(b':');
            out.extend_from_slice(value);
        };
        let inherited_members = inherited.iter().flat_map(|metadata| metadata.iter());
        for (key, value) in inherited_members.filter(|(key, _)| !own.contains_key(key)) {
            member(key, value.as_bytes());
        }
        if let Some(method) = self.run.method()
            && !own.contains_key("ls_method")
            && inherited.is_none_or(|metadata| !metadata.contains_key("ls_method"))
        {
            member("ls_method", Payload::of(method).as_bytes());
        }
        for (key, value) in own.iter() {
            member(key, value.as_bytes());
        }
        if separator == b'{' {
            out.push(b'{');
        }
        out.push(b'}');
    }

    /// What stands beside the metadata in the run's `extra`, such as `invocation_params`; see
    /// [`RunTree::add_extra`](crate::RunTree::add_extra).
    pub fn extra(&self) -> impl Iterator<Item = (&str, &Payload)> {
        self.details().fields.iter()
    }

    /// Appends the run's dotted order, ASCII text, to `out`.
    ///
    /// Computed here, and not when the run starts: a run holds its parent, not a text that grows with each level.
    pub fn write_dotted_order(&self, out: &mut Vec<u8>) {
        self.run.write_dotted_order(out);
    }

    /// The run's dotted order.
    pub fn dotted_order(&self) -> String {
        let mut out = Vec::new();
        self.write_dotted_order(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}

impl fmt::Debug for RunOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOperation")
            .field("kind", &self.kind)
            .field("id", &self.id())
            .field("name", &self.name())
            .field("end_time", &self.end_time)
            .field("inputs", &self.inputs)
            .field("outputs", &self.outputs)
            .field("error", &self.details().error)
            .finish_non_exhaustive()
    }
}
