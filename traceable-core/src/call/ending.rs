//! How a call ends: with a value, or by a panic. A call that is dropped is in `cancellation`, a stream or iterator in
//! `generator_ending`.

use std::panic::resume_unwind;
use std::sync::Arc;

use super::step::Step;
use super::traced_call::{Call, Stage};
use crate::capture::outcome::{Outcome, Report as _};
use crate::context::ambient::Entered;
use crate::run::lifecycle;
use crate::run::node::{Run, State};

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

    /// Ends the run because the user's code panicked.
    fn panicked(&mut self, panic: &(dyn std::any::Any + Send)) {
        if let Stage::Run(run) = &self.0 {
            finish(run, &mut |outcome: &mut Outcome| fail(run, outcome, panic_message(panic)), &|_| ());
        }
        self.0 = Stage::Off;
    }
}

/// An error leaves its mark in the outputs of a function. Those of a block are what it gave to its run.
pub(super) fn fail(run: &Run, outcome: &mut Outcome, error: String) {
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
