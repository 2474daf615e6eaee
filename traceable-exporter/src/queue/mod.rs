//! The queue between the program's threads and the exporter's, bounded in bytes, and the accounting of every operation
//! in it.
//!
//! In: operations, from any thread; acknowledgements, from the exporter's threads. Out: chunks of operations for the
//! batcher, and counters. Under its lock operations are only moved: none is made, looked into or dropped there. It never
//! waits for a server, and starts no thread.

mod acknowledge;
mod backlog;
mod backpressure;
mod drain;
mod dropped_starts;
mod flush;
mod flush_at_exit;
mod flush_ticket;
mod merge;
mod on_disk;
mod pause;
mod recovery;
mod state;
mod submit;
pub(crate) mod sync;
#[cfg(all(test, not(traceable_loom)))]
mod tests;
mod throttle;

use std::sync::PoisonError;
use std::time::Duration;

use traceable_core::process::fork_generation;

pub(crate) use backlog::{Backlog, BatchItem};
use backpressure::Backpressure;
pub(crate) use backpressure::{BACKPRESSURE_WINDOW, BACKPRESSURE_WINDOW_ON_DISK};
pub(crate) use drain::{DrainRequest, Drained};
pub(crate) use flush_ticket::FlushTicket;
pub(crate) use pause::Pause;
pub(crate) use state::Chunk;
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
    /// The maximum of bytes held, from submission to the server's answer.
    max_bytes: usize,
}

impl Queue {
    /// `backpressure_window`: for how long after an acknowledgement producers may be throttled.
    pub(crate) fn new(max_bytes: usize, backpressure_window: Duration) -> Queue {
        let backpressure = Backpressure::new(backpressure_window);
        let state = State { process: fork_generation(), backpressure, ..State::default() };
        let (work, unpause, done) = (Condvar::new(), Condvar::new(), Condvar::new());
        Queue { state: Mutex::new(state), work, unpause, done, max_bytes }
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
