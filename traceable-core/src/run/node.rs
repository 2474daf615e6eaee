//! The nodes of a trace, as data: runs, and the scopes between them. Each knows the one above, so their types belong
//! together; what they do is in the files beside this one.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use uuid::Uuid;

use super::head::RunHead;
use super::inherited_settings::Settings;
use super::object_id::Target;
use crate::callsite::broken_trace_reason::BrokenTraceReason;
use crate::capture::attachment::Attachment;
use crate::capture::json_object::JsonObject;
use crate::capture::payload::Payload;
use crate::identity::clock::Clock;
use crate::identity::dotted_order::DottedOrder;
use crate::identity::time::Timestamp;
use crate::process::GivenId;
use crate::sink::operation::RunOperation;
use crate::sink::run_sink::RunSink;
use crate::sink::text::Text;

/// What a traced call finds around itself. `None` where this is optional: no trace here.
#[derive(Clone)]
pub(crate) enum Context {
    /// Inside a run.
    Run(Arc<Run>),
    /// Inside a scope: a hidden node between runs that replaces the parent or changes what is inherited.
    Scope(Arc<Scope>),
    /// Inside a call that was a root while tracing was off: the whole trace stays off.
    Off,
}

/// A run. Children hold on to it for its identity only: what it saw has gone to the sink by the time it ends.
pub(crate) struct Run {
    pub(crate) head: RunHead,
    pub(super) renamed: OnceLock<Box<Text>>,
    pub(super) binding: Binding,
    /// Whether its post was submitted, or is about to be; read at every poll.
    pub(super) is_posted: AtomicBool,
    /// The body is about to begin and will hand over its inputs.
    pub(super) expects_inputs: AtomicBool,
    /// The process it began in.
    pub(super) process: u32,
    /// When it ended, in microseconds; 0 before.
    pub(super) ended: AtomicU64,
    pub(super) children: AtomicU32,
    /// Those that sinks have set, see [`RunMark`](crate::RunMark).
    pub(super) marks: AtomicU32,
    pub(super) state: Mutex<State>,
}

/// Whether a run has its parent.
pub(super) enum Binding {
    /// It started as it was made. Apart from the other case because filling a `OnceLock` is a twentieth of what a
    /// whole traced call costs.
    Bound(Bound),
    /// It was reserved at a call; the function binds it when that is needed.
    Reserved(OnceLock<Bound>, fn(&Arc<Run>) -> Bound),
}

/// A hidden node of the ancestry.
pub(crate) struct Scope {
    pub(crate) up: Option<Context>,
    /// What is given here.
    pub(crate) own: Settings,
    /// What is found around, if that is not `up`: where a trace of its own goes.
    pub(super) around: Option<Arc<Settings>>,
    /// Known once `up` has started. A scope does not start what is around it; what is called inside may.
    pub(super) position: OnceLock<Position>,
    /// The process it was entered in.
    pub(crate) process: u32,
    /// Whether what is called inside without a parent was meant to be a root.
    pub(crate) wants_roots: bool,
    /// The parent was named for the call inside, and so beats one that the function's attribute names.
    pub(crate) names_parent: bool,
    /// It only adds tags and the like, and moves nothing: the parent rule ignores it.
    pub(crate) only_adds_settings: bool,
    /// It stands for nothing, around what was made where there was nothing: no call inside is anywhere yet. Once that is
    /// over it is a node like others, as what was called inside stays outside of where it is awaited then.
    pub(super) stands_for_nothing: AtomicBool,
    /// It stands for a call that is no run: what was meant for that call is not for what it calls.
    pub(crate) is_call: bool,
    /// For the first traced call inside.
    pub(crate) one_shots: Mutex<Option<Box<OneShots>>>,
    /// Why a root inside is one, if it was to have a parent.
    pub(crate) broken_trace_reason: Option<BrokenTraceReason>,
    /// Made by `.with_parent(..)` and its like, on this object.
    pub(crate) target: Option<Target>,
    /// That object has been polled: what lies in its place from now on may be another.
    pub(super) is_entered: AtomicBool,
}

/// What becomes known of a scope.
pub(super) struct Position {
    pub(super) depth: u32,
    pub(super) settings: Option<Arc<Settings>>,
}

/// What an [`Extra`](crate::Extra) gives to one call alone.
#[derive(Default)]
pub(crate) struct OneShots {
    pub(crate) name: Option<Text>,
    pub(crate) run_id: Option<Uuid>,
    /// What stands beside the metadata in `extra`.
    pub(crate) fields: JsonObject,
    /// In a lock for the sake of its type: what holds it may be shared, as it could be without it.
    pub(crate) on_end: Option<Mutex<OnEnd>>,
}

// What carries a context is as safe to unwind through as it was: what runs share is behind locks.
impl std::panic::UnwindSafe for Run {}
impl std::panic::RefUnwindSafe for Run {}
impl std::panic::UnwindSafe for Scope {}
impl std::panic::RefUnwindSafe for Scope {}

/// What a call brings along from the place where it was made, until it starts.
pub(crate) struct Reservation {
    pub(crate) at_call: Option<Context>,
    /// The parent (or none) was named: what is current at the start does not count.
    pub(crate) is_named: bool,
    /// A root is what was asked for.
    pub(crate) wants_root: bool,
    pub(crate) options: Option<Box<Options>>,
}

/// What a call was given besides its arguments.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) one_shots: OneShots,
    pub(crate) settings: Settings,
    /// What was around the call, if its parent was named: until it starts, it is there.
    pub(crate) called_in: Option<Context>,
}

/// What a run is from its start on.
pub(crate) struct Bound {
    pub(crate) up: Option<Context>,
    /// Number of nodes above, scopes included.
    pub(crate) depth: u32,
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) parent_run_id: Option<Uuid>,
    /// By its clock, or by the program's word. It may be before the parent's, whose clock may be another; the dotted order
    /// has the later of the two.
    pub(crate) start: Timestamp,
    /// Times the run, and the children that are not of another process.
    pub(crate) clock: Clock,
    /// `None`: not sampled, or no sink takes it.
    pub(crate) sink: Option<Arc<dyn RunSink>>,
    /// Rarely used settings, shared by all runs of a trace.
    pub(crate) rare: Option<Arc<RareSettings>>,
}

/// Rarely used settings of a trace.
#[derive(Default)]
pub(crate) struct RareSettings {
    pub(crate) project: Option<Text>,
    /// Instead of a project: named by another process.
    pub(crate) address: Option<Text>,
    /// Of the root alone.
    pub(crate) reference_example_id: Option<Uuid>,
    /// Of a run that lives in another process; not of its children.
    pub(crate) remote: Option<Remote>,
}

/// A run of another process.
pub(crate) struct Remote {
    /// The whole way to it.
    pub(crate) order: DottedOrder,
    pub(crate) is_sampled: bool,
    /// No run here is given its id.
    pub(crate) _id: GivenId,
}

/// What was recorded of a run and is not submitted yet.
#[derive(Default)]
pub(crate) struct State {
    /// Its post is being submitted; later operations wait for it.
    pub(crate) is_posting: bool,
    /// Nothing automatic happens to it any more.
    pub(crate) has_ended: bool,
    /// Kept while the run lives, in case more are added.
    pub(crate) inputs: Option<Payload>,
    /// They have changed since the last operation.
    pub(crate) has_new_inputs: bool,
    pub(crate) end_time: Option<Timestamp>,
    /// What children inherit.
    pub(crate) settings: Option<Arc<Settings>>,
    /// Of a run that has not started.
    pub(crate) reservation: Option<Reservation>,
    /// Rare things.
    pub(crate) extra: Option<Box<Additions>>,
}

/// What the program added to a run, or the runtime noted.
#[derive(Default)]
pub(crate) struct Additions {
    pub(crate) error: Option<String>,
    /// Of this run alone; what children inherit is in the settings.
    pub(crate) metadata: JsonObject,
    /// What stands beside the metadata in `extra`, of this run alone.
    pub(crate) fields: JsonObject,
    pub(crate) tags: Vec<Text>,
    pub(crate) events: Vec<Value>,
    pub(crate) outputs: JsonObject,
    /// Of a manual run: what was added first, as it was written.
    pub(crate) first_outputs: Option<Payload>,
    /// The function's own return value is not recorded: the outputs were set.
    pub(crate) outputs_are_set: bool,
    pub(crate) serialized: Option<Payload>,
    pub(crate) attachments: Vec<(String, Attachment)>,
    pub(crate) on_end: Option<OnEnd>,
    /// Its id, if the program gave it one: no other run is given it.
    pub(crate) given_id: Option<GivenId>,
    /// When it was made, if the program said when it started.
    pub(crate) made_at: Option<Timestamp>,
    /// The call was dropped before its run was posted; this ends the run, should a child need it after all.
    pub(crate) left: Option<fn(&Arc<Run>)>,
    /// Operations that wait for its post.
    pub(crate) pending: VecDeque<RunOperation>,
    /// How many [`KeepOpen`](super::keep_open::KeepOpen)s there are.
    pub(crate) holds: u32,
    /// The run has ended but for those.
    pub(crate) waiting: Option<(Option<Payload>, Option<String>)>,
}

/// Called with the run after its end was submitted.
pub(crate) type OnEnd = Box<dyn FnOnce(Arc<Run>) + Send>;
