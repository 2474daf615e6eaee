//! Flushing and shutting down: who waits for what, and until when.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::{Queue, State};
use crate::stats::FlushReport;
use crate::sync::MutexGuard;

impl Queue {
    /// Waits until all that was accepted before is settled, at most `timeout`.
    pub(crate) fn flush(&self, timeout: Duration) -> FlushReport {
        self.wait(timeout, false)
    }

    /// Takes nothing more, waits as [`flush`](Self::flush), and gives up what is left then.
    pub(crate) fn shutdown(&self, timeout: Duration) -> FlushReport {
        self.wait(timeout, true)
    }

    /// Takes nothing more. What is left is still sent, in the background.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    fn wait(&self, timeout: Duration, shutdown: bool) -> FlushReport {
        let begun = Instant::now();
        let mut state = self.lock();
        let inherited = state.leave_to_parent_process();
        state.closed |= shutdown;
        let ticket = self.want_all(&mut state);
        let is_worker = state.is_worker();
        state = self.wait_for(state, ticket, begun, timeout, &AtomicBool::new(false));
        let mut report = state.report(ticket, begun);
        let mut abandoned = None;
        if shutdown && !is_worker {
            abandoned = Some(state.abandon());
            report = state.report(ticket, begun);
        }
        drop(state);
        drop((abandoned, inherited));
        if shutdown {
            self.resume.notify_all();
            self.done.notify_all();
        }
        report
    }

    /// Asks for everything that was accepted so far. Returns the ticket that it ends before.
    pub(super) fn want_all(&self, state: &mut State) -> u64 {
        state.wanted = state.wanted.max(state.accepted);
        state.nudged = true;
        self.work.notify_one();
        self.resume.notify_all();
        state.accepted
    }

    /// Waits until everything before `ticket` is settled, at most until `timeout` after `begun`, or nobody wants to know.
    fn wait_for<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ticket: u64,
        begun: Instant,
        timeout: Duration,
        unwanted: &AtomicBool,
    ) -> MutexGuard<'a, State> {
        // one of the exporter's own threads, in a reporter of the user's, would wait for itself
        if state.is_worker() {
            return state;
        }
        state.flushing += 1;
        while state.settled_up_to < ticket && !unwanted.load(Relaxed) {
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                state.in_vain = Some((Instant::now(), begun.elapsed()));
                break;
            }
            state = self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.flushing -= 1;
        state
    }

    /// Begins a flush that [`end_flush`](Self::end_flush) waits for. Returns its ticket, and the report if it is over.
    pub(crate) fn begin_flush(&self, begun: Instant) -> (u64, Option<FlushReport>) {
        let mut state = self.lock();
        let inherited = state.leave_to_parent_process();
        let ticket = self.want_all(&mut state);
        let is_over = state.settled_up_to >= ticket || state.is_worker();
        let report = is_over.then(|| state.report(ticket, begun));
        drop(state);
        drop(inherited);
        (ticket, report)
    }

    /// Waits as [`flush`](Self::flush) for what was accepted before the ticket, unless that is `unwanted` by then.
    pub(crate) fn end_flush(
        &self,
        ticket: u64,
        begun: Instant,
        timeout: Duration,
        unwanted: &AtomicBool,
    ) -> FlushReport {
        let state = self.lock();
        self.wait_for(state, ticket, begun, timeout, unwanted).report(ticket, begun)
    }

    /// Ends the waiting of [`end_flush`](Self::end_flush).
    pub(crate) fn leave_flush(&self, unwanted: &AtomicBool) {
        let state = self.lock();
        unwanted.store(true, Relaxed);
        drop(state);
        self.done.notify_all();
    }
}
