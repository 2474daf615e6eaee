//! How a call ends: with a value, by a panic, or by being dropped.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use super::token::{Call, Stage};
use crate::capture::outcome::{Outcome, Report as _};
use crate::context::slot::Entered;
use crate::diagnostics::counters;
use crate::run::lifecycle;
use crate::run::node::{Run, State};
use crate::step::Step;

impl Call {
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
    pub(super) fn end_traced(self, record: &mut dyn for<'a> Step<&'a mut Outcome>) {
        if let Stage::Run(run) = &self.0 {
            finish(run, record, &|_| ());
        }
    }

    /// The user's code panicked: ends the run, and lets it go on.
    #[cold]
    #[inline(never)]
    pub(super) fn unwind(&mut self, panic: Box<dyn std::any::Any + Send>) -> ! {
        self.panicked(&*panic);
        resume_unwind(panic)
    }

    /// As [`unwind`](Self::unwind), and leaves what was entered before.
    #[cold]
    #[inline(never)]
    pub(super) fn unwind_from(&mut self, entered: Entered, panic: Box<dyn std::any::Any + Send>) -> ! {
        drop(entered);
        self.unwind(panic)
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

fn cancel(run: &Arc<Run>) {
    let is_ok = run.head.function_callsite().is_some_and(|callsite| callsite.cancel_is_ok);
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
    if run.head.function_callsite().is_none() {
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
