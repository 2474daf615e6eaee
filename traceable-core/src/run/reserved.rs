//! When a run gets its parent: as it is made, or, if it was reserved at a call, when it is needed.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock};

use super::head::RunHead;
use super::node::{Binding, Bound, Context, Remote, Reservation, Run, State};
use crate::diagnostics::hook::holding;
use crate::identity::clock::Clock;
use crate::identity::fork::fork_generation;
use crate::identity::id::own_run_id;
use crate::sink::text::Text;

impl Run {
    /// A run that starts later; `starter` finds its place then.
    pub(crate) fn reserved(head: RunHead, reservation: Reservation, starter: fn(&Arc<Run>) -> Bound) -> Run {
        let state = State { reservation: Some(reservation), ..State::default() };
        Run::new(head, Binding::Reserved(OnceLock::new(), starter), state)
    }

    /// A run that has its place.
    pub(crate) fn with_binding(head: RunHead, bound: Bound, state: State) -> Run {
        Run::new(head, Binding::Bound(bound), state)
    }

    fn new(head: RunHead, binding: Binding, state: State) -> Run {
        Run {
            head,
            renamed: OnceLock::new(),
            binding,
            is_posted: AtomicBool::new(false),
            expects_inputs: AtomicBool::new(false),
            process: fork_generation(),
            ended: AtomicU64::new(0),
            children: AtomicU32::new(0),
            marks: AtomicU32::new(0),
            state: Mutex::new(state),
        }
    }

    /// Identity and place; a run that was only reserved starts now.
    #[inline]
    pub(crate) fn bound(self: &Arc<Run>) -> &Bound {
        match &self.binding {
            Binding::Bound(bound) => bound,
            Binding::Reserved(bound, starter) => match bound.get() {
                Some(bound) => bound,
                None => {
                    start_above(self);
                    holding(|| bound.get_or_init(|| starter(self)))
                }
            },
        }
    }

    /// Gives a reserved run the place that `bind` finds, unless it has one.
    pub(crate) fn bind_with(&self, bind: impl FnOnce() -> Bound) {
        if let Binding::Reserved(bound, _) = &self.binding {
            holding(|| {
                bound.get_or_init(bind);
            });
        }
    }

    /// Identity and place, if the run has started.
    #[inline]
    pub(crate) fn started(&self) -> Option<&Bound> {
        match &self.binding {
            Binding::Bound(bound) => Some(bound),
            Binding::Reserved(bound, _) => bound.get(),
        }
    }

    /// Whether it was reserved at its call, so that others may know it before its post.
    pub(crate) fn was_reserved(&self) -> bool {
        matches!(self.binding, Binding::Reserved(..))
    }

    /// Whether it was reserved and is not posted yet.
    pub(crate) fn is_waiting(&self) -> bool {
        self.was_reserved() && self.is_new()
    }

    /// Where it was called, of a run that has not started; its parent, of one that has.
    pub(crate) fn above_so_far(self: &Arc<Run>) -> Option<Context> {
        if let Some(bound) = self.started() {
            return bound.up.clone();
        }
        let reserved = self.state().reservation.as_ref().map(|reservation| reservation.at_call.clone());
        // without a reservation another thread starts it just now
        reserved.unwrap_or_else(|| self.bound().up.clone())
    }

    /// Takes away what is above it.
    pub(super) fn take_up(&mut self) -> Option<Context> {
        let bound = match &mut self.binding {
            Binding::Bound(bound) => Some(bound),
            Binding::Reserved(bound, _) => bound.get_mut(),
        };
        match bound {
            Some(bound) => bound.up.take(),
            None => self.take_up_from_call(),
        }
    }

    /// As `take_up`, of a run that has not started. If its parent was named, what was around its call goes right here.
    #[cold]
    fn take_up_from_call(&mut self) -> Option<Context> {
        match self.take_ways_from_call() {
            [at_call, None] => at_call,
            both => {
                drop_ways(both.into_iter().flatten().collect());
                None
            }
        }
    }

    fn take_ways_from_call(&mut self) -> [Option<Context>; 2] {
        let mut state = self.state();
        let Some(reservation) = &mut state.reservation else { return [None, None] };
        let options = reservation.options.as_deref_mut();
        [reservation.at_call.take(), options.and_then(|options| options.called_in.take())]
    }
}

/// One way up may fork at each call: taken apart in a loop, as a line of ancestors is.
fn drop_ways(mut ways: Vec<Context>) {
    while let Some(context) = ways.pop() {
        match context {
            Context::Run(run) => {
                if let Some(mut run) = Arc::into_inner(run) {
                    match run.started() {
                        Some(_) => ways.extend(run.take_up()),
                        None => ways.extend(run.take_ways_from_call().into_iter().flatten()),
                    }
                }
            }
            Context::Scope(scope) => {
                ways.extend(Arc::into_inner(scope).and_then(|mut scope| scope.up.take()))
            }
            Context::Off => {}
        }
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
        if let Binding::Reserved(bound, starter) = &run.binding {
            holding(|| {
                bound.get_or_init(|| starter(run));
            });
        }
    }
}

impl Bound {
    /// A root without a sink.
    pub(crate) fn nowhere(_: &Arc<Run>) -> Bound {
        let clock = Clock::of_process();
        let start = clock.now();
        let id = own_run_id(start);
        let (up, sink, rare) = (None, None, None);
        Bound { up, depth: 0, id, trace_id: id, parent_run_id: None, start, clock, sink, rare }
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
