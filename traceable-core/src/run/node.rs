//! The links of a trace: runs, and the scopes between them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::Text;
use super::head::Head;
use super::operation::RunOperation;
use super::scope::{OneShots, Scope};
use super::settings::Settings;
use super::sink::RunSink;
use crate::capture::attachment::Attachment;
use crate::capture::payload::Payload;
use crate::diagnostics::report::holding;
use crate::identity::dotted_order::DottedOrder;
use crate::identity::fork::this_process;
use crate::identity::time::Timestamp;

/// What a traced call finds around itself. `None` where this is optional: no trace here.
#[derive(Clone)]
pub(crate) enum Context {
    /// Inside a run.
    Run(Arc<Run>),
    /// Inside a scope: a hidden node between runs that replaces the parent or changes what is inherited.
    Scope(Arc<Scope>),
    /// Inside a call that was a root while tracing was off: the whole trace stays off.
    Silent,
}

/// A run. Children hold on to it for its identity only: what it saw has gone to the sink by the time it ends.
pub(crate) struct Run {
    pub(crate) head: Head,
    renamed: OnceLock<Box<Text>>,
    place: Place,
    /// Whether the sink has heard of the run; read at every poll.
    is_told: AtomicBool,
    /// The body is about to begin and will hand over its inputs.
    expects_inputs: AtomicBool,
    /// The process it began in.
    process: u32,
    /// When it ended, in microseconds; 0 before.
    ended: AtomicU64,
    children: AtomicU32,
    state: Mutex<State>,
}

/// Where a run hangs.
enum Place {
    /// It started as it was made. Apart from the other case because filling a `OnceLock` is a twentieth of what a
    /// whole traced call costs.
    Taken(Bound),
    /// It was reserved at a call; the function finds its place when it is needed.
    Reserved(OnceLock<Bound>, fn(&Arc<Run>) -> Bound),
}

// What carries a context is as safe to unwind through as it was: what runs share is behind locks.
impl std::panic::UnwindSafe for Run {}
impl std::panic::RefUnwindSafe for Run {}

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
}

/// What a run is from its start on.
pub(crate) struct Bound {
    pub(crate) up: Option<Context>,
    /// Number of nodes above, scopes included.
    pub(crate) depth: u32,
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) parent_run_id: Option<Uuid>,
    pub(crate) start: Timestamp,
    /// `None`: not sampled, or no sink takes it.
    pub(crate) sink: Option<Arc<dyn RunSink>>,
    /// What few traces have, shared by all runs of one.
    pub(crate) rare: Option<Arc<Rare>>,
}

/// What few traces have.
#[derive(Default)]
pub(crate) struct Rare {
    pub(crate) project: Option<Text>,
    /// Instead of a project: told by another process.
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
}

/// What a run has gathered and not yet given away.
#[derive(Default)]
pub(crate) struct State {
    /// The sink is hearing of its start; what else there is to tell comes after it.
    pub(crate) is_being_told: bool,
    /// Nothing automatic happens to it any more.
    pub(crate) has_ended: bool,
    /// Kept while the run lives, in case more are added.
    pub(crate) inputs: Option<Payload>,
    /// They have changed since the sink was told.
    pub(crate) has_new_inputs: bool,
    pub(crate) end_time: Option<Timestamp>,
    /// What children inherit.
    pub(crate) settings: Option<Arc<Settings>>,
    /// Of a run that has not started.
    pub(crate) reservation: Option<Reservation>,
    /// Rare things.
    pub(crate) extra: Option<Box<Additions>>,
}

/// What the program added to a run by hand, or the runtime found worth a note.
#[derive(Default)]
pub(crate) struct Additions {
    pub(crate) error: Option<String>,
    /// Of this run alone; what children inherit is in the settings.
    pub(crate) metadata: Map<String, Value>,
    pub(crate) tags: Vec<Text>,
    pub(crate) events: Vec<Value>,
    pub(crate) outputs: Map<String, Value>,
    /// Of a run made by hand: what was added first, as it was written.
    pub(crate) first_outputs: Option<Payload>,
    /// The function's own return value is not recorded: the outputs were set.
    pub(crate) outputs_are_set: bool,
    pub(crate) serialized: Option<Payload>,
    pub(crate) attachments: Vec<(String, Attachment)>,
    pub(crate) on_end: Option<OnEnd>,
    /// What was called was dropped before anybody heard of its run; this ends it, should a child need it after all.
    pub(crate) left: Option<fn(&Arc<Run>)>,
    /// What is to be told once its start is.
    pub(crate) untold: VecDeque<RunOperation>,
    /// How many [`KeepOpen`](super::keep_open::KeepOpen)s there are.
    pub(crate) holds: u32,
    /// The run has ended but for those.
    pub(crate) waiting: Option<(Option<Payload>, Option<String>)>,
}

/// Called with the run after its end was told to the sink.
pub(crate) type OnEnd = Box<dyn FnOnce(Arc<Run>) + Send>;

impl Run {
    /// A run that starts later; `starter` finds its place then.
    pub(crate) fn reserved(head: Head, reservation: Reservation, starter: fn(&Arc<Run>) -> Bound) -> Run {
        let state = State { reservation: Some(reservation), ..State::default() };
        Run::new(head, Place::Reserved(OnceLock::new(), starter), state)
    }

    /// A run that has its place.
    pub(crate) fn placed(head: Head, bound: Bound, state: State) -> Run {
        Run::new(head, Place::Taken(bound), state)
    }

    fn new(head: Head, place: Place, state: State) -> Run {
        Run {
            head,
            renamed: OnceLock::new(),
            place,
            is_told: AtomicBool::new(false),
            expects_inputs: AtomicBool::new(false),
            process: this_process(),
            ended: AtomicU64::new(0),
            children: AtomicU32::new(0),
            state: Mutex::new(state),
        }
    }

    /// Identity and place; a run that was only reserved starts now.
    #[inline]
    pub(crate) fn bound(self: &Arc<Run>) -> &Bound {
        match &self.place {
            Place::Taken(bound) => bound,
            Place::Reserved(bound, starter) => match bound.get() {
                Some(bound) => bound,
                None => {
                    start_above(self);
                    holding(|| bound.get_or_init(|| starter(self)))
                }
            },
        }
    }

    /// Gives a reserved run the place that `place` finds, unless it has one.
    pub(crate) fn place(&self, place: impl FnOnce() -> Bound) {
        if let Place::Reserved(bound, _) = &self.place {
            holding(|| {
                bound.get_or_init(place);
            });
        }
    }

    /// Whether it was reserved and no sink has heard of it yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.was_reserved() && self.is_new()
    }

    /// Another name than the function's, found as the run starts.
    pub(crate) fn rename(&self, name: Text) {
        let _ = self.renamed.set(Box::new(name));
    }

    pub(crate) fn name(&self) -> &str {
        match self.renamed.get() {
            Some(name) => name,
            None => self.head.name(),
        }
    }

    /// Identity and place, if the run has started.
    #[inline]
    pub(crate) fn started(&self) -> Option<&Bound> {
        match &self.place {
            Place::Taken(bound) => Some(bound),
            Place::Reserved(bound, _) => bound.get(),
        }
    }

    /// Whether a sink hears of it. A run that has not started is taken to be recorded.
    pub(crate) fn is_recorded(&self) -> bool {
        self.started().is_none_or(|bound| {
            bound.sink.is_some() || bound.remote().is_some_and(|remote| remote.is_sampled)
        })
    }

    /// Whether it lives in another process, and children are all it has here.
    pub(crate) fn is_of_another_process(&self) -> bool {
        self.started().is_some_and(|bound| bound.remote().is_some())
    }

    /// Where it was called, of a run that has not started; where it hangs, of one that has.
    pub(crate) fn above_so_far(self: &Arc<Run>) -> Option<Context> {
        if let Some(bound) = self.started() {
            return bound.up.clone();
        }
        let reserved = self.state().reservation.as_ref().map(|reservation| reservation.at_call.clone());
        // without a reservation another thread starts it just now
        reserved.unwrap_or_else(|| self.bound().up.clone())
    }

    /// Whether the sink has not heard of the run yet.
    pub(crate) fn is_new(&self) -> bool {
        !self.is_told.load(Relaxed)
    }

    /// The sink hears of the run; returns whether it had before.
    pub(crate) fn tell(&self) -> bool {
        self.is_told.swap(true, Relaxed)
    }

    /// Whether it is a copy of a run of another process, which tells its end itself.
    pub(crate) fn is_copy(&self) -> bool {
        self.process != this_process()
    }

    /// It has ended. What is called below it from now on is late.
    pub(crate) fn note_end(&self, end: Timestamp) {
        self.ended.store(end.micros(), Relaxed);
    }

    /// When it ended, if it has.
    pub(crate) fn ended(&self) -> Option<Timestamp> {
        match self.ended.load(Relaxed) {
            0 => None,
            micros => Some(Timestamp::from_micros(micros)),
        }
    }

    /// One more child. Returns how many it had.
    pub(crate) fn count_child(&self) -> u32 {
        self.children.fetch_add(1, Relaxed)
    }

    /// The body begins next; its first statement hands over the inputs.
    pub(crate) fn expect_inputs(&self) {
        self.expects_inputs.store(true, Relaxed);
    }

    /// Whether the code that asks is that first statement; only the first to ask is told so.
    pub(crate) fn take_expectation(&self) -> bool {
        self.expects_inputs.load(Relaxed) && self.expects_inputs.swap(false, Relaxed)
    }

    pub(super) fn take_up(&mut self) -> Option<Context> {
        let bound = match &mut self.place {
            Place::Taken(bound) => Some(bound),
            Place::Reserved(bound, _) => bound.get_mut(),
        };
        match bound {
            Some(bound) => bound.up.take(),
            None => self.state().reservation.as_mut().and_then(|reservation| reservation.at_call.take()),
        }
    }

    /// Whether it was reserved at its call, so that others may know it before its start is told.
    pub(crate) fn was_reserved(&self) -> bool {
        matches!(self.place, Place::Reserved(..))
    }

    /// No user code runs under this lock, so it is poisoned by nothing but a bug of ours; the state is usable.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Runs above this one that have not started either. They start from the top: one inside the other, a long way up would
/// overflow the stack.
fn start_above(run: &Arc<Run>) {
    // one that another thread starts just now has no reservation any more; whoever needs it waits
    let above =
        |run: &Arc<Run>| run.state().reservation.as_ref().and_then(|reservation| reservation.at_call.clone());
    let waiting = |run: &Arc<Run>| above(run)?.run().filter(|above| above.started().is_none());
    let waiting: Vec<_> = std::iter::successors(waiting(run), waiting).collect();
    for run in waiting.iter().rev() {
        if let Place::Reserved(bound, starter) = &run.place {
            holding(|| {
                bound.get_or_init(|| starter(run));
            });
        }
    }
}

impl Bound {
    /// A root without a sink.
    pub(crate) fn nowhere(_: &Arc<Run>) -> Bound {
        let start = Timestamp::now();
        let id = crate::identity::id::new_run_id(start);
        Bound { up: None, depth: 0, id, trace_id: id, parent_run_id: None, start, sink: None, rare: None }
    }

    pub(crate) fn project(&self) -> Option<&Text> {
        self.rare.as_ref()?.project.as_ref()
    }

    pub(crate) fn address(&self) -> Option<&Text> {
        self.rare.as_ref()?.address.as_ref()
    }

    /// The whole way, if the run lives in another process.
    pub(crate) fn remote(&self) -> Option<&Remote> {
        self.rare.as_ref()?.remote.as_ref()
    }
}

impl State {
    pub(crate) fn extra(&mut self) -> &mut Additions {
        self.extra.get_or_insert_default()
    }

    pub(crate) fn metadata(&mut self, key: &str, value: impl Into<Value>) {
        self.extra().metadata.insert(key.to_owned(), value.into());
    }
}
