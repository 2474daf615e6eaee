//! Calls that are dropped before their end: the error `Cancelled`, or no run at all if it was not posted.

use std::sync::Arc;
use std::sync::atomic::{Ordering::Acquire, fence};

use super::ending::fail;
use super::traced_call::{Call, Stage};
use crate::capture::outcome::Outcome;
use crate::diagnostics::counters;
use crate::run::lifecycle;
use crate::run::node::Run;

impl Call {
    /// Ends the run because what was called is dropped before its end.
    pub(super) fn cancelled(&mut self) {
        match self.posted_run() {
            Some(run) => cancel(run),
            None => self.leave(cancel),
        }
        self.0 = Stage::Off;
    }

    /// The call is dropped before its run was posted; if nobody ever polled it, that is counted. Should a
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
        // a child on another thread may have posted it and gone since
        fence(Acquire);
        if !run.is_new() {
            end(run);
        }
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
