//! The queue between the program's threads and the exporter's, bounded in bytes, and the accounting of every operation
//! in it.
//!
//! In: operations, from any thread; acknowledgements, from the exporter's threads. Out: batches, and counters. The
//! operations of one run that wait are merged as they come in, so that a run takes its memory once. Under its lock they are
//! only moved and measured: none is made or freed there. It never waits for a server, and starts no thread.

mod acknowledge;
mod backpressure;
mod drain;
mod dropped_starts;
mod entry;
mod flush;
mod flush_at_exit;
mod flush_ticket;
mod merge;
mod on_disk;
mod pause;
mod places;
mod recovery;
mod room;
mod state;
mod submit;
pub(crate) mod sync;
#[cfg(all(test, not(traceable_loom)))]
mod tests;
mod throttle;
mod trim;
mod waiting;

use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;

use traceable_core::process::fork_generation;

use backpressure::Backpressure;
pub(crate) use drain::BatchLimits;
use dropped_starts::DroppedStarts;
pub(crate) use entry::BatchItem;
pub(crate) use flush_ticket::FlushTicket;
pub(crate) use pause::Pause;
use state::State;
use sync::{Condvar, Mutex, MutexGuard, current};

pub(crate) struct Queue {
    state: Mutex<State>,
    /// Wakes the exporter's threads.
    work: Condvar,
    /// Ends a pause.
    unpause: Condvar,
    /// Wakes threads that flush.
    done: Condvar,
    /// Wakes producers that wait for room.
    room: Condvar,
    /// Whether producers may be throttled: known without the lock.
    is_tight: AtomicBool,
    dropped_starts: DroppedStarts,
    /// The maximum of bytes held, from submission to the server's answer.
    max_bytes: usize,
}

impl Queue {
    /// `backpressure`: whether producers may be throttled.
    pub(crate) fn new(max_bytes: usize, backpressure: bool) -> Queue {
        let backpressure = Backpressure::new(backpressure);
        let state = State { process: fork_generation(), backpressure, ..State::default() };
        let [work, unpause, done, room] = [(); 4].map(|()| Condvar::new());
        let (is_tight, dropped_starts) = (AtomicBool::new(false), DroppedStarts::new());
        Queue { state: Mutex::new(state), work, unpause, done, room, is_tight, dropped_starts, max_bytes }
    }

    /// A thread that panicked under the lock left counters that are off by one at worst.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers this thread as one of the exporter's.
    pub(crate) fn add_thread(&self) {
        let thread = current().id();
        self.lock().threads.push(thread);
    }

    /// The opposite of [`add_thread`](Self::add_thread).
    pub(crate) fn remove_thread(&self) {
        let thread = current().id();
        self.lock().threads.retain(|other| *other != thread);
    }

    /// Notes that the exporter's threads could not be started, or have failed.
    pub(crate) fn worker_failed(&self) {
        let mut state = self.lock();
        state.has_worker = false;
        state.threads.clear();
        drop(state);
        self.done.notify_all();
    }

    /// Whether the shutdown's deadline has passed.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.lock().abandoned
    }

    /// Whether the caller must start the exporter's thread. Only one caller gets `true`.
    pub(crate) fn start(&self) -> bool {
        let mut state = self.lock();
        let inherited = state.reset_after_fork();
        let start = !std::mem::replace(&mut state.has_worker, true);
        drop(state);
        drop(inherited);
        start
    }
}
