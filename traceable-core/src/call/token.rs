//! One call of an annotated function.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use serde::Serialize;
use serde_json::Value;

use super::recorded::left_out_handle;
use super::start::{self, Started};
use crate::capture::object::to_value;
use crate::capture::outcome::{Outcome, Report as _};
use crate::capture::silence::silently;
use crate::context::giving::place;
use crate::context::parent::IntoParent;
use crate::context::slot::{Entered, ambient, enter};
use crate::diagnostics::counters;
use crate::process;
use crate::run::head::Head;
use crate::run::lifecycle;
use crate::run::node::{Context, Reservation, Run, State};
use crate::run::object::ObjectId;
use crate::run::run_tree::RunTree;
use crate::run::scope::Scope;
use crate::run::site::Site;
use crate::step::Step;

/// One call of an annotated function, from the call to the end of its run.
pub struct Call(Stage);

enum Stage {
    /// Not traced.
    Off,
    /// A call of a plain function: it starts where it is made, so there is nothing to remember.
    Now { site: &'static Site },
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
    pub fn now(site: &'static Site) -> Call {
        if process::gate_is_open() { Call(Stage::Now { site }) } else { Call::off() }
    }

    /// A call of an `async fn`, which starts at the first poll.
    #[inline]
    pub fn deferred(site: &'static Site) -> Call {
        if process::gate_is_open() { Call(made(site)) } else { Call::off() }
    }

    /// A call of a function that returns a future, a stream or an iterator: it starts at the first poll, or when a
    /// child needs it.
    #[inline]
    pub fn reserve(site: &'static Site) -> Call {
        Call::deferred(site)
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

    /// `parent = expr`.
    pub fn parent<P: IntoParent + ?Sized>(&mut self, parent: &P) {
        self.remember();
        let parent = parent.to_parent();
        self.reservation(|reservation| start::name_parent(reservation, parent));
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
        self.remember();
        if let Stage::Run(_) = self.0 {
            let mut entry = Metadata(Value::Null);
            // evaluated only while tracing is on: a panic in it must not reach the program
            if catch_unwind(AssertUnwindSafe(|| silently(|| value(&mut entry)))).is_err() {
                entry.0 = "[not recorded: its expression panicked]".into();
            }
            self.reservation(|reservation| {
                start::options(reservation).settings.metadata.insert(key.to_owned(), entry.0);
            });
        }
    }

    /// Makes room for options.
    fn remember(&mut self) {
        if let Stage::Now { site } = self.0 {
            self.0 = made(site);
        }
    }

    fn reservation(&mut self, change: impl FnOnce(&mut Reservation)) {
        if let Stage::Run(run) = &self.0
            && let Some(reservation) = run.state().reservation.as_mut()
        {
            change(reservation);
        }
    }

    /// Ends the run with this value.
    #[inline]
    pub fn finish<R>(self, value: R, mut record: impl FnMut(&R, &mut Outcome)) -> R {
        self.end(&mut |outcome: &mut Outcome| record(&value, outcome));
        value
    }

    /// Ends the run, if there is one, with what `record` says.
    #[inline]
    fn end(self, record: &mut dyn for<'a> Step<&'a mut Outcome>) {
        if self.is_off() {
            // there is nothing to drop, and no code for it in each annotated function
            std::mem::forget(self);
        } else {
            self.end_traced(record);
        }
    }

    #[cold]
    #[inline(never)]
    fn end_traced(self, record: &mut dyn for<'a> Step<&'a mut Outcome>) {
        if let Stage::Run(run) = &self.0 {
            finish(run, record, &|_| ());
        }
    }

    /// A whole call of a plain function.
    #[cold]
    #[inline(never)]
    pub(super) fn complete(mut self, whole: &mut dyn Whole) {
        let object = ObjectId::of(&self);
        self.inside(object, &mut |()| whole.run());
        self.end_traced(&mut |outcome: &mut Outcome| whole.record(outcome));
    }

    /// Runs a part of the user's code inside the call, which starts with the first part.
    #[inline(never)]
    pub(super) fn attempt(&mut self, object: ObjectId, part: &mut dyn Step<()>) -> std::thread::Result<()> {
        run_in(self.begin(object), part)
    }

    /// As [`attempt`](Self::attempt); a panic ends the run and goes on.
    #[inline(never)]
    pub(super) fn inside(&mut self, object: ObjectId, part: &mut dyn Step<()>) {
        let result = run_in(self.begin(object), part);
        self.or_panic(result);
    }

    /// The part of the function that runs at the call, inside a call that may not start yet.
    #[inline(never)]
    pub(super) fn inside_eagerly(&mut self, part: &mut dyn Step<()>) {
        let result = run_in(self.begin_eagerly(), part);
        self.or_panic(result);
    }

    #[inline]
    fn or_panic(&mut self, result: std::thread::Result<()>) {
        if let Err(panic) = result {
            self.unwind(panic);
        }
    }

    /// The user's code panicked: ends the run, and lets it go on.
    #[cold]
    #[inline(never)]
    pub(super) fn unwind(&mut self, panic: Box<dyn std::any::Any + Send>) -> ! {
        self.panicked(&*panic);
        resume_unwind(panic)
    }

    /// Drops what was called, inside the call: what runs while it is dropped nests under the call too. Then `end`s the
    /// run, also if that panicked.
    #[inline(never)]
    pub(super) fn drop_inside(
        &mut self,
        dropping: &mut dyn Step<()>,
        end: &mut dyn for<'a> Step<&'a mut Call>,
    ) {
        let dropped = run_in(self.enter(), dropping);
        end.step(self);
        if let Err(panic) = dropped {
            resume_unwind(panic);
        }
    }

    pub(super) fn take(&mut self) -> Call {
        std::mem::replace(self, Call::off())
    }

    /// Starts the call if it has not started, and enters its context, for one poll.
    #[inline(always)]
    pub(super) fn begin(&mut self, object: ObjectId) -> Entered {
        match &self.0 {
            // all polls but the first
            Stage::Run(run) if !run.is_new() => enter(Some(Context::Run(run.clone()))),
            _ => self.begin_first(object),
        }
    }

    #[inline(never)]
    fn begin_first(&mut self, object: ObjectId) -> Entered {
        if let Stage::Now { site } = self.0 {
            process::start_once(site.start);
            if !process::gate_is_open() {
                self.0 = Stage::Off;
                return enter(None);
            }
            let started = start::start_now(Head::Site(site));
            if let Started::Run(run) = started {
                if !site.begins {
                    lifecycle::post(&run);
                }
                if site.begins && run.is_recorded() {
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
                Some(Context::Scope(scope)) if scope.names_parent && scope.is_put_on(&object) => {
                    Some(Context::Scope(scope))
                }
                around => place(at_call.take(), around),
            };
            let around = around.map(Scope::inside_call);
            self.0 = around.map_or(Stage::Nowhere, Stage::Passive);
        }
        match &self.0 {
            Stage::Run(run) => enter_run(run, &object),
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Off | Stage::Nowhere | Stage::Now { .. } | Stage::Skipped(_) => enter(None),
        }
    }

    /// Enters the context of a reserved call, for the part of the function that runs at the call.
    fn begin_eagerly(&self) -> Entered {
        match &self.0 {
            Stage::Run(run) => {
                if run.head.site().is_some_and(|site| site.begins) {
                    run.expect_inputs();
                }
                enter(Some(Context::Run(run.clone())))
            }
            Stage::Passive(context) => enter(Some(context.clone())),
            Stage::Skipped(at_call) => enter((**at_call).clone().map(Scope::inside_call)),
            Stage::Off | Stage::Nowhere | Stage::Now { .. } => enter(None),
        }
    }

    /// Enters the context of a call that has started, to drop what belongs to it.
    fn enter(&self) -> Option<Entered> {
        match &self.0 {
            Stage::Run(run) if run.started().is_some() => Some(enter(Some(Context::Run(run.clone())))),
            Stage::Passive(context) => Some(enter(Some(context.clone()))),
            Stage::Nowhere => Some(enter(None)),
            _ => None,
        }
    }

    /// The run, if its sink has heard of it.
    pub(super) fn told_run(&self) -> Option<&Arc<Run>> {
        match &self.0 {
            Stage::Run(run) if !run.is_new() => Some(run),
            _ => None,
        }
    }

    /// What was called is dropped before anybody heard of a run; if nobody ever polled it, that is counted. Should a
    /// child that is still to start need the run, `end` ends it.
    pub(super) fn leave(&self, end: fn(&Arc<Run>)) {
        let Stage::Run(run) = &self.0 else { return };
        if run.started().is_none() {
            counters::NEVER_POLLED.add();
        }
        if !run.is_recorded() {
            return;
        }
        if Arc::strong_count(run) > 1 {
            return lifecycle::leave(run, end);
        }
        // a child on another thread may have told of it and gone since
        fence(Acquire);
        if !run.is_new() {
            end(run);
        }
    }

    /// Ends the run because the user's code panicked.
    fn panicked(&mut self, panic: &(dyn std::any::Any + Send)) {
        if let Stage::Run(run) = &self.0 {
            finish(run, &mut |outcome: &mut Outcome| fail(run, outcome, panic_message(panic)), &|_| ());
        }
        self.0 = Stage::Off;
    }

    /// Ends the run because what was called is dropped before its end.
    pub(super) fn cancelled(&mut self) {
        match self.told_run() {
            Some(run) => cancel(run),
            None => self.leave(cancel),
        }
        self.0 = Stage::Off;
    }
}

/// A call of a plain function: its body, and what is recorded of the result.
pub(super) trait Whole {
    fn run(&mut self);
    fn record(&mut self, outcome: &mut Outcome);
}

/// Runs a part of the user's code, and leaves what was entered for it.
#[inline]
fn run_in<E>(entered: E, part: &mut dyn Step<()>) -> std::thread::Result<()> {
    // unwinding goes on right after: no state of the program is looked at in between
    let result = catch_unwind(AssertUnwindSafe(|| part.step(())));
    drop(entered);
    result
}

/// One entry of the attribute's `metadata(..)`.
pub struct Metadata(Value);

impl Metadata {
    /// Its value.
    pub fn put<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0 = to_value(value);
    }
}

/// Enters a run for one poll; the first poll starts it.
fn enter_run(run: &Arc<Run>, object: &ObjectId) -> Entered {
    let context = Context::Run(run.clone());
    if run.is_new() {
        start::start_at_poll(run, object);
        // a body that begins with its inputs posts itself
        let begins = run.state().inputs.is_none() && run.head.site().is_some_and(|site| site.begins);
        if !begins {
            lifecycle::post(run);
        } else if run.is_recorded() {
            run.expect_inputs();
        }
    }
    enter(Some(context))
}

fn cancel(run: &Arc<Run>) {
    let is_ok = run.head.site().is_some_and(|site| site.cancel_is_ok);
    let mut outcome = Outcome::default();
    if !is_ok {
        fail(run, &mut outcome, "Cancelled".to_owned());
    }
    counters::CANCELLED.add();
    lifecycle::end(run, outcome.outputs, outcome.error, &|state| state.metadata("cancelled", true));
}

/// An error leaves its mark in the outputs of a function. Those of a block are what it gave to its run.
fn fail(run: &Run, outcome: &mut Outcome, error: String) {
    outcome.report(error);
    if run.head.site().is_none() {
        outcome.outputs = None;
    }
}

pub(in crate::call) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("panicked: {}", text.unwrap_or("(with a value that is no text)"))
}

/// Ends a run with what `record` says.
pub(super) fn finish(
    run: &Arc<Run>,
    record: &mut dyn for<'a> Step<&'a mut Outcome>,
    last_words: &dyn Fn(&mut State),
) {
    // a reserved run that failed before its first poll is a run all the same
    if run.bound().sink.is_none() {
        return;
    }
    let mut outcome = Outcome::default();
    record.step(&mut outcome);
    let Outcome { outputs, error } = outcome;
    lifecycle::end(run, outputs, error, last_words);
}

#[cold]
#[inline(never)]
fn made(site: &'static Site) -> Stage {
    process::start_once(site.start);
    if !process::gate_is_open() {
        return Stage::Off;
    }
    stage(start::reserve(Head::Site(site)))
}

fn stage(started: Started) -> Stage {
    match started {
        Started::Run(run) => Stage::Run(run),
        Started::Passive(context) => Stage::Passive(context),
    }
}
