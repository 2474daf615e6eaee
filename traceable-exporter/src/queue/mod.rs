//! Between the program's threads and the exporter's: bounded in bytes, and the books on what became of everything.

mod answer;
mod state;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use traceable_core::{OperationKind, RunOperation};

use crate::batch::Item;
use crate::stats::{DropReason, FlushReport, Stats};
pub(crate) use answer::{Next, Pause, Submitted};
pub(crate) use state::Piece;
use state::{PIECE, State};

/// Empty pieces that are kept for later.
const SPARE: usize = 32;

/// The queue. Under its lock operations are only moved: none is made, looked into or dropped.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Wakes the exporter's thread.
    work: Condvar,
    /// Wakes those who flush.
    done: Condvar,
    /// How many bytes may be held, from the hand-over to the server's answer.
    max_bytes: usize,
}

impl Queue {
    pub(crate) fn new(max_bytes: usize) -> Queue {
        let state = State { process: std::process::id(), ..State::default() };
        Queue { state: Mutex::new(state), work: Condvar::new(), done: Condvar::new(), max_bytes }
    }

    /// A thread that panicked under the lock left counters that are off by one at worst.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an operation, or drops it if there is no room. Never waits for anything but the lock.
    pub(crate) fn submit(&self, operation: RunOperation) -> Submitted {
        let size = operation.size();
        let id = operation.id();
        let is_post = operation.kind == OperationKind::Post;
        let is_end = operation.end_time.is_some();

        let mut state = self.lock();
        // asking for the process id costs a system call, as much as all the rest: once per piece must do
        let inherited =
            if state.len.is_multiple_of(PIECE) { state.leave_to_parent_process() } else { VecDeque::new() };
        state.submitted += 1;
        let refused = if state.closed {
            Some(DropReason::Shutdown)
        } else if !state.has_room(size, is_post, self.max_bytes) || (!is_post && state.lost.contains(id)) {
            if is_post {
                state.lost.remember(id);
            }
            Some(DropReason::QueueFull)
        } else {
            None
        };
        if let Some(reason) = refused {
            state.dropped.add(reason, 1);
            let stuck = state.stuck;
            drop(state);
            return Submitted { start_worker: false, give_way: !stuck, refused: Some(reason) };
        }
        state.reserve(is_post, is_end);
        state.push(operation, size);
        let used = state.used.pop();
        let wake = state.is_time_to_wake();
        let give_way = state.is_time_to_give_way(self.max_bytes);
        let start_worker = state.worker.is_none();
        if start_worker {
            state.worker = Some(None);
        }
        drop(state);
        if wake {
            self.work.notify_one();
        }
        drop((inherited, used));
        Submitted { start_worker, give_way, refused: None }
    }

    /// Says which thread serves the queue, or that none does.
    pub(crate) fn set_worker(&self, worker: Option<ThreadId>) {
        self.lock().worker = worker.map(Some);
    }

    /// Takes what waits, up to about `room` operations, after waiting for what is worth a request: `want` operations
    /// together with the `have` that were taken before, or `enough_bytes`, or the `deadline` for what was taken before,
    /// or somebody who flushes. Returns the ticket of the first operation taken.
    pub(crate) fn next(
        &self,
        have: usize,
        want: usize,
        enough_bytes: usize,
        deadline: Option<Instant>,
        room: usize,
        taken: &mut Vec<Piece>,
    ) -> (Next, u64) {
        let mut state = self.lock();
        if !state.is_behind() && !state.used.is_empty() {
            // there is time, and the program may not come by again
            let used = std::mem::take(&mut state.used);
            drop(state);
            drop(used);
            state = self.lock();
        }
        let mut next = Next::Send;
        loop {
            if state.abandoned {
                next = Next::Stop;
                break;
            }
            let idle = have == 0 && state.len == 0;
            if idle && state.closed {
                next = Next::Stop;
                break;
            }
            let hurry = state.closed || state.wanted > state.settled_up_to;
            let enough = have + state.len >= want || state.waiting_bytes >= enough_bytes;
            if !idle && (have == 0 || hurry || enough) {
                break;
            }
            let missing = if have == 0 { 1 } else { want - have };
            state.wake_at = Some((missing, enough_bytes));
            state = match deadline.filter(|_| have > 0) {
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.wake_at = None;
        let first = state.take(room, taken);
        (next, first)
    }

    /// Gives emptied pieces back.
    pub(crate) fn recycle(&self, pieces: &mut Vec<Piece>) {
        pieces.truncate(SPARE);
        let mut state = self.lock();
        while state.spare.len() < SPARE
            && let Some(mut piece) = pieces.pop()
        {
            piece.bytes = 0;
            state.spare.push(piece);
        }
        drop(state);
        pieces.clear();
    }

    /// Gets rid of what was delivered. Giving memory back takes a tenth of the exporter's thread's time, and more than
    /// that where other threads have taken the memory; when it cannot keep up, each thread of the program drops one
    /// operation for one that it hands over, which gives it back memory that it needs for the next.
    pub(crate) fn discard(&self, items: Vec<Item>) {
        let mut state = self.lock();
        let left: Vec<RunOperation> =
            items.into_iter().filter_map(|item| state.leave(item.operation, item.bytes)).collect();
        drop(state);
        drop(left);
    }

    /// Whether somebody waits for what is not settled yet, and all of that has been taken: tickets below `seen`. What
    /// is still here may be the ends of runs whose starts have been taken.
    pub(crate) fn is_flush_wanted(&self, seen: u64) -> bool {
        let state = self.lock();
        let wanted = if state.closed { state.accepted } else { state.wanted };
        wanted > state.settled_up_to && wanted <= seen
    }

    /// Waits, on the exporter's thread. A flush that begins meanwhile ends the pause, unless the server asked for it.
    pub(crate) fn pause(&self, duration: Duration, asked_by_server: bool) -> Pause {
        let until = Instant::now() + duration;
        let mut state = self.lock();
        state.stuck = true;
        loop {
            if state.abandoned {
                return Pause::Abandoned;
            }
            if std::mem::take(&mut state.nudged) && !asked_by_server {
                return Pause::Over;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Pause::Over;
            }
            state = self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Books operations out: delivered, or dropped for a reason.
    pub(crate) fn settle(&self, operations: u64, bytes: usize, dropped: Option<DropReason>) {
        let mut state = self.lock();
        if state.abandoned {
            return;
        }
        state.unsettled -= operations;
        state.bytes -= bytes;
        match dropped {
            Some(reason) => state.dropped.add(reason, operations),
            None => {
                state.delivered += operations;
                state.stuck = false;
            }
        }
    }

    /// Says that everything before this ticket is settled.
    pub(crate) fn settled_up_to(&self, ticket: u64) {
        let mut state = self.lock();
        state.settled_up_to = state.settled_up_to.max(ticket);
        drop(state);
        self.done.notify_all();
    }

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
        let ticket = state.accepted;
        state.closed |= shutdown;
        state.wanted = state.wanted.max(ticket);
        state.nudged = true;
        self.work.notify_one();
        // the exporter's own thread, in a reporter of the user's, would wait for itself
        let is_worker = state.worker == Some(Some(std::thread::current().id()));
        while !is_worker && state.settled_up_to < ticket && !state.abandoned {
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                break;
            }
            state = self.done.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut remaining =
            if state.settled_up_to >= ticket { 0 } else { state.unsettled.min(ticket - state.settled_up_to) };
        let mut abandoned = VecDeque::new();
        if shutdown && !is_worker {
            abandoned = state.abandon();
            remaining = 0;
        }
        let report = FlushReport {
            remaining,
            delivered: state.delivered,
            dropped: state.dropped,
            elapsed: begun.elapsed(),
        };
        drop(state);
        drop((abandoned, inherited));
        if shutdown {
            self.work.notify_one();
            self.done.notify_all();
        }
        report
    }

    /// Writes the books into `stats`.
    pub(crate) fn fill(&self, stats: &mut Stats) {
        let state = self.lock();
        stats.submitted = state.submitted;
        stats.delivered = state.delivered;
        stats.dropped = state.dropped;
        stats.queued = state.unsettled;
        stats.queued_bytes = state.bytes;
    }
}
