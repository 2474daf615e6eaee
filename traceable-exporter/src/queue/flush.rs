//! Flush and shutdown: what they wait for, and until when.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::sync::MutexGuard;
use super::{FlushTicket, Queue, State};
use crate::accounting::FlushReport;

impl Queue {
    /// Waits until everything accepted or recovered before is acknowledged, at most `timeout`.
    pub(crate) fn flush(&self, timeout: Duration) -> FlushReport {
        self.wait(timeout, false)
    }

    /// Accepts nothing more, waits as [`flush`](Self::flush), and abandons what is left then.
    pub(crate) fn shutdown(&self, timeout: Duration) -> FlushReport {
        self.wait(timeout, true)
    }

    /// Accepts nothing more. What is left is still sent, in the background.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    fn wait(&self, timeout: Duration, shutdown: bool) -> FlushReport {
        let begun = Instant::now();
        let mut state = self.lock();
        let inherited = state.reset_after_fork();
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
            self.unpause.notify_all();
            self.done.notify_all();
            self.room.notify_all();
        }
        report
    }

    /// Requests everything accepted so far. Returns what a flush waits for then.
    pub(super) fn want_all(&self, state: &mut State) -> FlushTicket {
        state.wanted = state.wanted.max(state.accepted);
        state.cut_pause_short = true;
        self.work.notify_one();
        self.unpause.notify_all();
        state.ticket()
    }

    /// Waits until everything that `ticket` names is acknowledged, at most until `timeout` after `begun`, or until cancelled.
    fn wait_for<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        ticket: FlushTicket,
        begun: Instant,
        timeout: Duration,
        cancelled: &AtomicBool,
    ) -> MutexGuard<'a, State> {
        // one of the exporter's threads, in a warning handler of the program's, would wait for itself
        if state.is_worker() {
            return state;
        }
        state.flushing += 1;
        while !state.is_done(ticket) && !cancelled.load(Relaxed) {
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                state.timed_out = Some((Instant::now(), begun.elapsed()));
                break;
            }
            state = self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.flushing -= 1;
        state
    }

    /// Begins a flush for [`end_flush`](Self::end_flush) to wait for. Returns its ticket, and the report if it is over.
    pub(crate) fn begin_flush(&self, begun: Instant) -> (FlushTicket, Option<FlushReport>) {
        let mut state = self.lock();
        let inherited = state.reset_after_fork();
        let ticket = self.want_all(&mut state);
        let is_over = state.is_done(ticket) || state.is_worker();
        let report = is_over.then(|| state.report(ticket, begun));
        drop(state);
        drop(inherited);
        (ticket, report)
    }

    /// Waits as [`flush`](Self::flush) for everything that the ticket names, unless cancelled.
    pub(crate) fn end_flush(
        &self,
        ticket: FlushTicket,
        begun: Instant,
        timeout: Duration,
        cancelled: &AtomicBool,
    ) -> FlushReport {
        let state = self.lock();
        self.wait_for(state, ticket, begun, timeout, cancelled).report(ticket, begun)
    }

    /// Cancels the waiting of [`end_flush`](Self::end_flush).
    pub(crate) fn cancel_flush(&self, cancelled: &AtomicBool) {
        let state = self.lock();
        cancelled.store(true, Relaxed);
        drop(state);
        self.done.notify_all();
    }
}
