//! Between the program's threads and the exporter's: bounded in bytes, and the books on what became of everything.

mod answer;
mod disk;
mod exit;
mod flush;
mod pace;
mod state;
#[cfg(all(test, not(traceable_loom)))]
mod tests;

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use traceable_core::process::this_process;
use traceable_core::{OperationKind, RunOperation};

use crate::batch::Item;
use crate::stats::{DropReason, Stats};
use crate::sync::{Condvar, Mutex, MutexGuard, current};
pub(crate) use answer::{Next, Pause, Submitted, Wish};
use pace::Pace;
pub(crate) use pace::{PATIENCE, PATIENCE_WITH_DISK};
pub(crate) use state::Piece;
use state::State;

/// Empty pieces that are kept for later.
const SPARE: usize = 32;
/// A pause that a flush cuts short is so long all the same: a program that flushes in a loop is no attack on a server
/// that is down. (In the models no time passes.)
const SHORTEST_PAUSE: Duration = Duration::from_millis(if cfg!(all(test, traceable_loom)) { 0 } else { 100 });
/// No pause is longer while somebody waits who flushes, and may have a few seconds only.
const PAUSE_IN_FLUSH: Duration = Duration::from_secs(1);

/// The queue. Under its lock operations are only moved: none is made, looked into or dropped.
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Wakes the exporter's thread.
    work: Condvar,
    /// Ends a pause.
    resume: Condvar,
    /// Wakes those who flush.
    done: Condvar,
    /// How many bytes may be held, from the hand-over to the server's answer.
    max_bytes: usize,
}

impl Queue {
    /// `patience`: how long after something was settled threads stand back for more.
    pub(crate) fn new(max_bytes: usize, patience: Duration) -> Queue {
        let state = State { process: this_process(), pace: Pace::new(patience), ..State::default() };
        let (work, resume, done) = (Condvar::new(), Condvar::new(), Condvar::new());
        Queue { state: Mutex::new(state), work, resume, done, max_bytes }
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
        let inherited = state.leave_to_parent_process();
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
            let stand_back = state.is_time_to_stand_back(self.max_bytes);
            drop(state);
            return Submitted { start_worker: false, stand_back, refused: Some(reason) };
        }
        state.reserve(is_post, is_end);
        state.push(operation, size);
        let used = state.used.pop();
        let wake = state.is_time_to_wake();
        let stand_back = state.is_time_to_stand_back(self.max_bytes);
        let start_worker = !std::mem::replace(&mut state.has_worker, true);
        drop(state);
        if wake {
            self.work.notify_one();
        }
        drop((inherited, used));
        Submitted { start_worker, stand_back, refused: None }
    }

    /// Waits a moment, where [`submit`](Self::submit) has asked for it.
    pub(crate) fn stand_back(&self) {
        std::thread::sleep(pace::PAUSE);
    }

    /// Says that this is one of the exporter's threads.
    pub(crate) fn add_thread(&self) {
        let thread = current().id();
        self.lock().threads.push(thread);
    }

    /// Says that this one ends.
    pub(crate) fn remove_thread(&self) {
        let thread = current().id();
        self.lock().threads.retain(|other| *other != thread);
    }

    /// Says that the exporter's threads could not be started.
    pub(crate) fn lose_worker(&self) {
        let mut state = self.lock();
        state.has_worker = false;
        state.threads.clear();
    }

    /// Whether the deadline of the shut-down has passed.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.lock().abandoned
    }

    /// Takes what waits, when it is worth a request. Returns the ticket of the first operation taken.
    pub(crate) fn next(&self, wish: Wish, taken: &mut Vec<Piece>) -> (Next, u64) {
        let Wish { have, want, enough_bytes, deadline, batched, room } = wish;
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
            let hurry = state.closed || state.wanted > batched;
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
        if !state.is_time_to_leave_used(self.max_bytes) {
            drop(state);
            return drop(items);
        }
        let left = items.into_iter().filter_map(|item| state.leave(item.operation, item.bytes));
        let left: Vec<RunOperation> = left.collect();
        drop(state);
        drop(left);
    }

    /// Whether somebody waits for what is in no batch yet, tickets from `batched` on, and all of that has been taken:
    /// tickets below `seen`. What is still here may be the ends of runs whose starts have been taken.
    pub(crate) fn is_flush_wanted(&self, batched: u64, seen: u64) -> bool {
        let state = self.lock();
        let wanted = if state.closed { state.accepted } else { state.wanted };
        wanted > batched && wanted <= seen
    }

    /// Waits, on one of the exporter's threads. A flush that begins meanwhile ends the pause soon, and while one waits
    /// pauses are short, unless the server asked for this one. A shut-down ends every pause at its deadline.
    pub(crate) fn pause(&self, duration: Duration, asked_by_server: bool) -> Pause {
        let begun = Instant::now();
        let mut state = self.lock();
        state.failed_at = Some(begun);
        loop {
            if state.abandoned {
                return Pause::Abandoned;
            }
            let longest = match (asked_by_server, state.nudged, state.flushing) {
                (true, ..) | (_, false, 0) => duration,
                (_, true, _) => SHORTEST_PAUSE,
                (_, false, _) => PAUSE_IN_FLUSH,
            };
            let left = duration.min(longest).saturating_sub(begun.elapsed());
            if left.is_zero() {
                state.nudged = false;
                return Pause::Over;
            }
            state = self.resume.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits, whatever happens meanwhile, unless all is abandoned.
    pub(crate) fn rest(&self, duration: Duration) -> Pause {
        let until = Instant::now() + duration;
        let mut state = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match state.abandoned {
                true => return Pause::Abandoned,
                false if left.is_zero() => return Pause::Over,
                false => {}
            }
            state = self.resume.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Notes that operations have left memory, for the disk if they are on it.
    pub(crate) fn written(&self, operations: u64, bytes: usize, on_disk: bool) {
        let mut state = self.lock();
        if state.abandoned {
            if on_disk {
                // they counted as lost when all was abandoned, while they were being written
                state.dropped.shutdown = state.dropped.shutdown.saturating_sub(operations);
                state.kept += operations;
            }
            return;
        }
        state.bytes -= bytes;
        state.on_disk += if on_disk { operations } else { 0 };
        state.unsynced |= on_disk;
        state.pace.settled(operations);
    }

    /// Notes what a former process has left on disk.
    pub(crate) fn resume(&self, operations: u64) {
        let mut state = self.lock();
        if state.abandoned {
            return;
        }
        state.resumed += operations;
        state.unsettled += operations;
        state.on_disk += operations;
    }

    /// Whether the exporter's thread is to be started, which is not asked for twice.
    pub(crate) fn start(&self) -> bool {
        let mut state = self.lock();
        let inherited = state.leave_to_parent_process();
        let start = !std::mem::replace(&mut state.has_worker, true);
        drop(state);
        drop(inherited);
        start
    }

    /// Books operations out: delivered, or dropped for a reason.
    pub(crate) fn settle(&self, operations: u64, bytes: usize, dropped: Option<DropReason>) {
        self.settle_from(false, operations, bytes, dropped);
    }

    /// As [`settle`](Self::settle), of operations that wait on disk, or do not.
    pub(crate) fn settle_from(
        &self,
        on_disk: bool,
        operations: u64,
        bytes: usize,
        dropped: Option<DropReason>,
    ) {
        let mut state = self.lock();
        if state.abandoned {
            if on_disk {
                // on its way when all was abandoned, and not on disk any more
                state.kept -= operations;
                state.book(operations, dropped);
            }
            return;
        }
        state.settled_at = Some(Instant::now());
        state.unsettled -= operations;
        state.bytes -= bytes;
        state.on_disk -= if on_disk { operations } else { 0 };
        if bytes > 0 {
            // what was written to disk has left room by that
            state.pace.settled(operations);
        }
        state.book(operations, dropped);
    }

    /// Says that everything before this ticket is settled.
    pub(crate) fn settled_up_to(&self, ticket: u64) {
        let mut state = self.lock();
        state.settled_up_to = state.settled_up_to.max(ticket);
        drop(state);
        self.done.notify_all();
    }

    /// Writes the books into `stats`.
    pub(crate) fn fill(&self, stats: &mut Stats) {
        let state = self.lock();
        stats.submitted = state.submitted;
        stats.delivered = state.delivered;
        stats.dropped = state.dropped;
        stats.resumed = state.resumed;
        stats.queued = state.unsettled;
        stats.on_disk = state.on_disk;
        stats.kept = state.kept;
        stats.queued_bytes = state.bytes;
    }
}
