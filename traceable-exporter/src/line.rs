//! The line that batches stand in: made one after the other and sent in that order, whichever threads do it.

use std::sync::{Arc, PoisonError};

use crate::gather::{Batch, Gatherer, Limits};
use crate::inner::Inner;
use crate::sync::{Condvar, Mutex, MutexGuard};

/// `S` says how large batches may be, `D` delivers them.
pub(crate) struct Line<S, D> {
    inner: Arc<Inner>,
    gatherer: Mutex<Gatherer<S>>,
    sending: Mutex<Sending<D>>,
    /// Wakes who waits for the turn to send.
    next: Condvar,
}

struct Sending<D> {
    /// The number of the batch that is to be sent now.
    turn: u64,
    delivery: D,
}

/// A thread that panicked while it held the lock has left nothing half done that matters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Limits, D> Line<S, D> {
    pub(crate) fn new(inner: Arc<Inner>, limits: S, delivery: D) -> Line<S, D> {
        Line {
            gatherer: Mutex::new(Gatherer::new(inner.clone(), limits)),
            sending: Mutex::new(Sending { turn: 0, delivery }),
            next: Condvar::new(),
            inner,
        }
    }

    /// The next batch, when it is time for it. `None`: there will be no more. Who takes one has to [`send`](Self::send) it.
    pub(crate) fn gather(&self) -> Option<Batch> {
        lock(&self.gatherer).next()
    }

    /// Sends a batch in its turn. However that goes, it is settled then. `send` must not panic: those behind would wait
    /// for ever.
    pub(crate) fn send<R>(&self, batch: &Batch, send: impl FnOnce(&mut D) -> R) -> R {
        let mut sending = lock(&self.sending);
        while sending.turn != batch.number {
            sending = self.next.wait(sending).unwrap_or_else(PoisonError::into_inner);
        }
        let sent = send(&mut sending.delivery);
        self.inner.queue.settled_up_to(batch.settles);
        sending.turn += 1;
        drop(sending);
        self.next.notify_all();
        sent
    }
}
