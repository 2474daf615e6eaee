//! What is known of a run while it lives: its name, whether it was posted, whether it has ended.

use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use serde::Serialize;

use super::node::{Additions, Run, State};
use crate::capture::payload::Payload;
use crate::identity::fork::fork_generation;
use crate::identity::time::Timestamp;
use crate::sink::text::Text;

impl Run {
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

    /// Whether the run is not posted yet.
    pub(crate) fn is_new(&self) -> bool {
        !self.is_posted.load(Relaxed)
    }

    /// Marks the run as posted; returns whether it was before.
    pub(crate) fn mark_posted(&self) -> bool {
        self.is_posted.swap(true, Relaxed)
    }

    /// Whether it is a copy of a run of another process, which ends it itself.
    pub(crate) fn is_copy(&self) -> bool {
        self.process != fork_generation()
    }

    /// Now, by the run's clock: never before its start. A start that the program gave may be ahead of the clock; the run
    /// takes as long as it takes all the same.
    pub(crate) fn now(&self, state: &State) -> Timestamp {
        let Some(bound) = self.started() else { return Timestamp::now() };
        let now = bound.clock.now();
        let made_at = state.extra.as_ref().and_then(|extra| extra.made_at).unwrap_or(bound.start);
        let passed = now.micros().saturating_sub(made_at.micros());
        now.max(Timestamp::from_micros(bound.start.micros().saturating_add(passed)))
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

    /// Whether the code that asks is that first statement; only the first to ask gets `true`.
    pub(crate) fn take_expectation(&self) -> bool {
        self.expects_inputs.load(Relaxed) && self.expects_inputs.swap(false, Relaxed)
    }

    /// No user code runs under this lock, so it is poisoned by nothing but a bug of ours; the state is usable.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(crate) fn extra(&mut self) -> &mut Additions {
        self.extra.get_or_insert_default()
    }

    pub(crate) fn metadata<T: Serialize>(&mut self, key: &str, value: T) {
        self.extra().metadata.insert(key, Payload::of(&value));
    }
}
