//! One call of an annotated function: how it is made, what it is given, and where it starts.

use std::sync::Arc;

use serde::Serialize;

use super::first_poll::start_at_poll;
use super::recording::{is_left_out, left_out_handle};
use super::reservation::{around_call, name_parent, options};
use super::start::{self, Started};
use crate::callsite::function::{CallFacts, Callsite};
use crate::capture::marker::{EXPRESSION_PANICKED, marker};
use crate::capture::panic_guard::guarded;
use crate::capture::payload::Payload;
use crate::capture::suppress::suppressed;
use crate::context::ambient::{Entered, ambient, enter};
use crate::context::parent::IntoParent;
use crate::context::parent_rule::parent_of;
use crate::process;
use crate::run::head::{CallsiteLabels, RunHead};
use crate::run::lifecycle;
use crate::run::node::{Context, Reservation, Run, Scope};
use crate::run::object_id::ObjectId;
use crate::run::run_tree::RunTree;

/// One call of an annotated function, from the call to the end of its run.
pub struct Call(pub(super) Stage);

pub(super) enum Stage {
    /// Not traced.
    Off,
    /// A call of a plain function: it starts where it is made, so there is nothing to remember.
    Now { callsite: &'static Callsite },
    /// A run, reserved or started.
    Run(Arc<Run>),
    /// No run of its own: what is called inside attaches to this.
    Passive(Context),
    /// No run of its own, and begun where there was none: what is called inside begins traces, whoever polls it.
    Nowhere,
    /// Switched off by `enabled`; what is called inside attaches to what is around it when it starts.
    /// (In a box, because two words are what every annotated future has to hold.)
    Skipped(Box<Option<Context>>),
}

// An annotated function is as safe to unwind through as it was: what a call shares is behind locks.
impl std::panic::UnwindSafe for Call {}
impl std::panic::RefUnwindSafe for Call {}

impl Call {
    /// A call of a plain function, which starts now.
    #[inline]
    pub fn now(callsite: &'static Callsite) -> Call {
        if process::gate_is_open() { Call(Stage::Now { callsite }) } else { Call::off() }
    }

    /// A call of an `async fn`, which starts at the first poll.
    #[inline]
    pub fn deferred(callsite: &'static Callsite) -> Call {
        if process::gate_is_open() { Call(made(RunHead::Callsite(callsite), callsite)) } else { Call::off() }
    }

    /// A call of a function that returns a future, a stream or an iterator: it starts at the first poll, or when a
    /// child needs it.
    #[inline]
    pub fn reserve(callsite: &'static Callsite) -> Call {
        Call::deferred(callsite)
    }

    /// A call of a function whose description depends on its types: `name = Self::NAME`. A callsite is one for all types.
    pub fn described(callsite: &'static Callsite, facts: CallFacts) -> Call {
        if !process::gate_is_open() {
            return Call::off();
        }
        let labels = CallsiteLabels {
            tags: facts.tags.unwrap_or(callsite.tags),
            project: facts.project.or(callsite.project),
        };
        let name = facts.name.unwrap_or(callsite.name).into();
        let run_type = facts.run_type.unwrap_or(callsite.run_type).into();
        Call(made(RunHead::of_function(callsite, name, run_type, labels), callsite))
    }

    /// A block that has a future for its body, as far as a call of `start` found it.
    pub(super) fn block(started: Started) -> Call {
        Call(stage(started))
    }

    /// The run, if there is one. The handle of a call that is left out leads to the trace it is left out of, or nowhere.
    pub(super) fn handle(&self) -> RunTree {
        match &self.0 {
            Stage::Run(run) => RunTree::of(run.clone()),
            Stage::Passive(around) => left_out_handle(around),
            _ => RunTree::inactive(),
        }
    }

    /// A call that is not traced.
    #[inline]
    pub(super) fn off() -> Call {
        Call(Stage::Off)
    }

    /// Whether options are worth evaluating.
    #[inline]
    pub fn on(&self) -> bool {
        !self.is_off()
    }

    #[inline]
    pub(super) fn is_off(&self) -> bool {
        matches!(self.0, Stage::Off)
    }

    /// As `is_off`, where the call would begin now if it is traced.
    #[inline]
    pub(super) fn begins_off(&self) -> bool {
        self.is_off() || !process::may_begin()
    }

    /// `parent = expr`.
    pub fn parent<P: IntoParent + ?Sized>(&mut self, parent: &P) {
        self.remember();
        let parent = parent.to_parent();
        self.reservation(|reservation| name_parent(reservation, parent));
    }

    /// `enabled = expr`: `false` leaves this call out; what it calls attaches to what is around it.
    pub fn enabled(&mut self, enabled: bool) {
        if enabled {
            return;
        }
        self.remember();
        let mut at_call = None;
        self.reservation(|reservation| at_call = reservation.at_call.take());
        if let Stage::Run(_) = self.0 {
            self.0 = Stage::Skipped(Box::new(at_call));
        }
    }

    /// `metadata(key = expr)`.
    pub fn metadata(&mut self, key: &'static str, value: impl FnOnce(&mut Metadata)) {
        self.entry(key, value, |_| true);
    }

    /// `model(key = expr)`: what is `None` was not set.
    pub fn model(&mut self, key: &'static str, value: impl FnOnce(&mut Metadata)) {
        self.entry(key, value, |value| value.as_bytes() != b"null");
    }

    fn entry(
        &mut self,
        key: &'static str,
        value: impl FnOnce(&mut Metadata),
        is_kept: impl FnOnce(&Payload) -> bool,
    ) {
        self.remember();
        if let Stage::Run(_) = self.0 {
            let mut entry = Metadata(Payload::of(&()));
            // evaluated only while tracing is on: a panic in it must not reach the program
            if guarded(|| suppressed(|| value(&mut entry))).is_none() {
                entry.0 = Payload::of(&marker(EXPRESSION_PANICKED));
            }
            if !is_kept(&entry.0) {
                return;
            }
            self.reservation(|reservation| {
                options(reservation).settings.metadata.insert(key, entry.0);
            });
        }
    }

    /// Makes room for options.
    fn remember(&mut self) {
        if let Stage::Now { callsite } = self.0 {
            self.0 = made(RunHead::Callsite(callsite), callsite);
        }
    }

    fn reservation(&mut self, change: impl FnOnce(&mut Reservation)) {
        if let Stage::Run(run) = &self.0
            && let Some(reservation) = run.state().reservation.as_mut()
        {
            change(reservation);
        }
    }

    pub(super) fn take(&mut self) -> Call {
        std::mem::replace(self, Call::off())
    }

    /// Starts the call if it has not started, and enters its context, for one poll.
    #[inline(always)]
    pub(super) fn begin(&mut self, object: &ObjectId) -> Entered {
        match self.begin_again() {
            Some(entered) => entered,
            None => self.begin_first(object),
        }
    }

    /// Enters its context if it has started: for all polls but the first.
    #[inline(always)]
    pub(super) fn begin_again(&self) -> Option<Entered> {
        match &self.0 {
            Stage::Run(run) if !run.is_new() => Some(enter(Some(Context::Run(run.clone())))),
            _ => None,
        }
    }

    #[inline(never)]
    pub(super) fn begin_first(&mut self, object: &ObjectId) -> Entered {
        if let Stage::Now { callsite } = self.0 {
            process::start_once(callsite.start);
        }
        if !process::may_begin() {
            self.0 = Stage::Off;
            return enter(None);
        }
        if let Stage::Now { callsite } = self.0 {
            let started = start::start_now(RunHead::Callsite(callsite));
            if let Started::Run(run) = started {
                if !callsite.begins {
                    lifecycle::post(&run);
                }
                if callsite.begins && run.is_recorded() {
                    run.expect_inputs();
                }
                let entered = enter(Some(Context::Run(run.clone())));
                self.0 = Stage::Run(run);
                return entered;
            }
            self.0 = stage(started);
        } else if let Stage::Skipped(at_call) = &mut self.0 {
            let around = match ambient().context() {
                // `.with_parent(..)` directly on what this call returned
                Some(Context::Scope(scope))
                    if scope.names_parent
                        && scope.is_put_on(object)
                        && !is_left_out((**at_call).as_ref()) =>
                {
                    Some(Context::Scope(scope))
                }
                around => parent_of(at_call.take(), around),
            };
            let around = around.map(Scope::inside_call);
            self.0 = around.map_or(Stage::Nowhere, Stage::Passive);
        }
        match &self.0 {
            Stage::Run(run) => enter_run(run, object),
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Off | Stage::Nowhere | Stage::Now { .. } | Stage::Skipped(_) => enter(None),
        }
    }

    /// Enters the context of a reserved call, for the part of the function that runs at the call.
    pub(super) fn begin_eagerly(&self) -> Entered {
        match &self.0 {
            Stage::Run(run) => {
                if run.head.function_callsite().is_some_and(|callsite| callsite.begins) {
                    run.expect_inputs();
                }
                enter(Some(Context::Run(run.clone())))
            }
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Skipped(at_call) => enter((**at_call).clone().map(Scope::inside_call)),
            Stage::Off | Stage::Nowhere | Stage::Now { .. } => enter(None),
        }
    }

    /// Enters the context of the call, to drop what belongs to it: its run, if it has started; what was around it when it
    /// was made, if it has not. Who drops it is nothing to it.
    pub(super) fn enter(&self) -> Entered {
        enter(match &self.0 {
            Stage::Run(run) if run.started().is_none() => around_call(run),
            Stage::Run(run) => Some(Context::Run(run.clone())),
            Stage::Passive(context) => Some(context.clone()),
            Stage::Skipped(at_call) => (**at_call).clone().map(Scope::inside_call),
            Stage::Off | Stage::Nowhere | Stage::Now { .. } => None,
        })
    }

    /// The run, if it was posted.
    pub(super) fn posted_run(&self) -> Option<&Arc<Run>> {
        match &self.0 {
            Stage::Run(run) if !run.is_new() => Some(run),
            _ => None,
        }
    }
}

/// One entry of the attribute's `metadata(..)`.
pub struct Metadata(Payload);

impl Metadata {
    /// Its value.
    pub fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0 = Payload::of(value);
    }
}

/// Enters a run for one poll; the first poll starts it.
fn enter_run(run: &Arc<Run>, object: &ObjectId) -> Entered {
    let context = Context::Run(run.clone());
    if run.is_new() {
        start_at_poll(run, object);
        // a body that begins with its inputs posts itself
        let begins = run.state().inputs.is_none()
            && run.head.function_callsite().is_some_and(|callsite| callsite.begins);
        if !begins {
            lifecycle::post(run);
        } else if run.is_recorded() {
            run.expect_inputs();
        }
    }
    enter(Some(context))
}

#[cold]
#[inline(never)]
fn made(head: RunHead, callsite: &'static Callsite) -> Stage {
    process::start_once(callsite.start);
    if !process::gate_is_open() {
        return Stage::Off;
    }
    stage(start::reserve(head))
}

fn stage(started: Started) -> Stage {
    match started {
        Started::Run(run) => Stage::Run(run),
        Started::Passive(context) => Stage::Passive(context),
    }
}
