//! The last flush, at the end of the process.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use traceable_core::process::fork_generation;

use super::sync::lock_if_free;
use super::{Queue, State};
use crate::accounting::FlushReport;

/// A flush that ended longer ago has nothing to do with the end of the process.
const JUST_NOW: Duration = Duration::from_secs(1);
/// How long a server that has not failed may be silent where everything left is safe on disk.
const GRACE: Duration = Duration::from_secs(1);
/// How long the end of a program waits for a collector on this machine that does not listen: it may just be starting.
const LISTENER_GRACE: Duration = Duration::from_millis(500);
/// How often that is looked at.
const TICK: Duration = Duration::from_millis(20);

impl State {
    /// Whether everything left is on disk, and survives a power failure.
    fn is_safe(&self) -> bool {
        self.pending == self.on_disk && !self.unsynced && !self.is_recovering()
    }
}

impl Queue {
    /// How much of the `whole` exit timeout there is to wait. `None`: nothing waits, or waiting is no use. A program whose
    /// flush has just timed out does not wait for as long again.
    pub(crate) fn time_left_at_exit(&self, whole: Duration) -> Option<Duration> {
        let state = lock_if_free(|| self.state.try_lock())?;
        if state.process != fork_generation()
            || (state.pending == 0 && !state.is_recovering())
            || state.is_worker()
        {
            return None;
        }
        let waited = state.timed_out.filter(|(at, _)| at.elapsed() < JUST_NOW).map(|(_, waited)| waited);
        if waited.is_some() && (state.is_safe() || state.refused_at.is_some()) {
            return None;
        }
        Some(whole.saturating_sub(waited.unwrap_or_default())).filter(|left| !left.is_zero())
    }

    /// Notes that a request failed, and whether nobody listens at that port of this machine.
    pub(crate) fn note_failure(&self, is_refused: bool) {
        self.lock().refused_at = is_refused.then(Instant::now);
    }

    /// Whether nobody listened at the port of this machine when that was last tried.
    pub(crate) fn is_refused(&self) -> bool {
        self.lock().refused_at.is_some()
    }

    /// Waits as [`flush`](Queue::flush), until `timeout` after `begun`, but not for a server that does not answer if everything
    /// left is safe on disk: the next process sends it. Nor for a collector on this machine that is not started: a connection
    /// that is refused says so at once, and is tried again for half a second.
    pub(crate) fn flush_at_end(&self, begun: Instant, timeout: Duration) -> FlushReport {
        let mut state = self.lock();
        let inherited = state.reset_after_fork();
        let ticket = self.want_all(&mut state);
        state.flushing += 1;
        while !state.is_done(ticket) && !state.is_worker() {
            let has_failed = state.failed_at.is_some_and(|at| at > begun);
            let since = begun.max(state.acknowledged_at.max(state.recovery.read_at).unwrap_or(begun));
            let is_refused = state.refused_at.is_some_and(|at| at >= begun + LISTENER_GRACE);
            let is_enough = is_refused || state.is_safe() && (has_failed || since.elapsed() >= GRACE);
            let time = timeout.saturating_sub(begun.elapsed());
            if is_enough || time.is_zero() {
                state.timed_out = Some((Instant::now(), begun.elapsed()));
                break;
            }
            if state.refused_at.is_some() {
                state.cut_pause_short = true;
                self.unpause.notify_all();
            }
            state = self.done.wait_timeout(state, time.min(TICK)).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.flushing -= 1;
        let report = state.report(ticket, begun);
        drop(state);
        drop(inherited);
        report
    }
}
