//! The line that batches stand in: made one after the other and sent in that order, whichever threads do it.
//!
//! A server that takes its time would get no more than a batch each time. So where the line says that it may be,
//! several are on their way at once; but what belongs to one run never overtakes each other, and while the server is
//! in trouble only the oldest batch is tried.

use std::sync::{Arc, PoisonError};

use crate::gather::{Batch, Gatherer, Limits};
use crate::inner::Inner;
use crate::lane::Lane;
use crate::sync::{Condvar, Mutex, MutexGuard};

/// `L` says how large batches may be, and how many may be on their way at once.
pub(crate) struct Line<L> {
    inner: Arc<Inner>,
    limits: L,
    gatherer: Mutex<Gatherer<L>>,
    lane: Mutex<Lane>,
    /// Wakes who waits for a place or a turn.
    next: Condvar,
}

/// A thread that panicked while it held the lock has left nothing half done that matters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Limits + Clone> Line<L> {
    pub(crate) fn new(inner: Arc<Inner>, limits: L) -> Line<L> {
        Line {
            gatherer: Mutex::new(Gatherer::new(inner.clone(), limits.clone())),
            lane: Mutex::default(),
            next: Condvar::new(),
            inner,
            limits,
        }
    }

    /// The next batch, when it is time for it. `None`: there will be no more. Who takes one has to [`send`](Self::send) it.
    pub(crate) fn gather(&self) -> Option<Batch> {
        let mut gatherer = lock(&self.gatherer);
        drop(self.wait_until(Lane::has_room));
        let batch = gatherer.next()?;
        // before another is made
        lock(&self.lane).join(&batch, self.limits.at_once() > 1);
        Some(batch)
    }

    /// Sends a batch in its turn. However that goes, it is settled then. `send` must not panic: those behind would wait
    /// for ever.
    pub(crate) fn send<R>(&self, batch: &Batch, send: impl FnOnce() -> R) -> R {
        self.wait_until(|lane| lane.may_begin(batch.number, self.limits.at_once())).begin(batch.number);
        let sent = send();
        let mut lane = lock(&self.lane);
        if let Some(ticket) = lane.settle(batch.number) {
            // under the lock: what another batch has settled must not be taken back
            self.inner.queue.settled_up_to(ticket);
        }
        drop(lane);
        self.next.notify_all();
        sent
    }

    /// Waits, between two tries to send a batch, until it may be tried again. Whether it had to.
    pub(crate) fn wait_for_turn(&self, number: u64) -> bool {
        let is_turn = |lane: &Lane| lane.is_oldest(number) || self.limits.at_once() > 1;
        let has_to_wait = !is_turn(&lock(&self.lane));
        if has_to_wait {
            drop(self.wait_until(is_turn));
        }
        has_to_wait
    }

    fn wait_until(&self, is_so: impl Fn(&Lane) -> bool) -> MutexGuard<'_, Lane> {
        let mut lane = lock(&self.lane);
        while !is_so(&lane) {
            lane = self.next.wait(lane).unwrap_or_else(PoisonError::into_inner);
        }
        lane
    }
}
