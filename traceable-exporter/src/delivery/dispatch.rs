//! The order of batches: they are made one after the other and sent in that order, whichever worker does it.
//!
//! A slow server gets concurrent requests. Even then the end of a run never overtakes its start. While the server
//! fails, only the oldest batch is retried.

use std::sync::{Arc, PoisonError};

use super::batcher::{Batch, Batcher, Limits};
use super::in_flight::InFlight;
use super::shared::Shared;
use crate::queue::sync::{Condvar, Mutex, MutexGuard};

/// `L` says how large batches may be, and how many may be in flight.
pub(crate) struct Dispatcher<L> {
    shared: Arc<Shared>,
    limits: L,
    batcher: Mutex<Batcher<L>>,
    in_flight: Mutex<InFlight>,
    /// Wakes workers that wait for room or for their turn.
    next: Condvar,
}

/// A thread that panicked under the lock left nothing half done that matters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Limits + Clone> Dispatcher<L> {
    pub(crate) fn new(shared: Arc<Shared>, limits: L) -> Dispatcher<L> {
        Dispatcher {
            batcher: Mutex::new(Batcher::new(shared.clone(), limits.clone())),
            in_flight: Mutex::default(),
            next: Condvar::new(),
            shared,
            limits,
        }
    }

    /// The next batch, when it is time for it. `None`: there will be no more. The caller must [`send`](Self::send) it.
    pub(crate) fn next_batch(&self) -> Option<Batch> {
        let mut batcher = lock(&self.batcher);
        drop(self.wait_until(InFlight::has_room));
        let batch = batcher.next()?;
        // before another is made
        lock(&self.in_flight).join(&batch, self.limits.max_in_flight() > 1);
        Some(batch)
    }

    /// Sends a batch in its turn. It is acknowledged then, however that goes. `send` must not panic: the batches behind
    /// would wait for ever.
    pub(crate) fn send<R>(&self, batch: &Batch, send: impl FnOnce() -> R) -> R {
        self.wait_until(|in_flight| in_flight.may_begin(batch.number, self.limits.max_in_flight()))
            .begin(batch.number);
        let sent = send();
        let mut in_flight = lock(&self.in_flight);
        if let Some(ticket) = in_flight.acknowledge(batch.number) {
            // under the lock: the tickets must not go backwards
            self.shared.queue.acknowledged_up_to(ticket);
        }
        drop(in_flight);
        self.next.notify_all();
        sent
    }

    /// Waits, between two tries to send a batch, until it may be tried again. Returns whether it had to wait.
    pub(crate) fn wait_for_turn(&self, number: u64) -> bool {
        let is_turn = |in_flight: &InFlight| in_flight.is_oldest(number) || self.limits.max_in_flight() > 1;
        let has_to_wait = !is_turn(&lock(&self.in_flight));
        if has_to_wait {
            drop(self.wait_until(is_turn));
        }
        has_to_wait
    }

    fn wait_until(&self, is_so: impl Fn(&InFlight) -> bool) -> MutexGuard<'_, InFlight> {
        let mut in_flight = lock(&self.in_flight);
        while !is_so(&in_flight) {
            in_flight = self.next.wait(in_flight).unwrap_or_else(PoisonError::into_inner);
        }
        in_flight
    }
}
