//! How many bytes all requests together may hold in memory at once.
//!
//! Every copy counts while it exists: the body as it came, decompressed, read, encoded for the store, and what SQLite
//! takes to store it. A copy is reserved before it is made, so a request that finds no room is refused and the process
//! stays within the bound.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a thread waits for others to give back memory before its request is refused. Clients wait longer for an
/// answer, and would have to send the whole body again.
const PATIENCE: Duration = Duration::from_secs(5);

/// Counts bytes up to a bound; clones share the count.
#[derive(Clone, Debug)]
pub(crate) struct MemoryBudget {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    used: Mutex<usize>,
    given_back: Condvar,
    max: usize,
}

/// Bytes that count until this is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    shared: Arc<Shared>,
    bytes: usize,
}

/// Why bytes could not be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverBudget {
    /// Other requests hold the memory.
    Now,
    /// It is more than there is, also when nobody else holds any.
    Always {
        /// All there is.
        max: usize,
    },
}

impl MemoryBudget {
    pub(crate) fn new(max: usize) -> Self {
        MemoryBudget { shared: Arc::new(Shared { used: Mutex::new(0), given_back: Condvar::new(), max }) }
    }

    /// A reservation of nothing, to grow.
    pub(crate) fn reservation(&self) -> Reservation {
        Reservation { shared: Arc::clone(&self.shared), bytes: 0 }
    }
}

impl Shared {
    fn used(&self) -> MutexGuard<'_, usize> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation {
    /// Reserves more bytes, or says at once that there is no room.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), OverBudget> {
        self.check(bytes)?;
        let mut used = self.shared.used();
        match used.checked_add(bytes).filter(|sum| *sum <= self.shared.max) {
            Some(sum) => *used = sum,
            None => return Err(OverBudget::Now),
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Reserves more bytes, and waits a while for them. Blocks the thread.
    pub(crate) fn grow_waiting(&mut self, bytes: usize) -> Result<(), OverBudget> {
        self.check(bytes)?;
        let full = |used: &mut usize| used.saturating_add(bytes) > self.shared.max;
        let waiting = self.shared.given_back.wait_timeout_while(self.shared.used(), PATIENCE, full);
        let (mut used, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if full(&mut used) {
            return Err(OverBudget::Now);
        }
        *used += bytes;
        drop(used);
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back some of the bytes.
    pub(crate) fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        *self.shared.used() -= bytes;
        self.shared.given_back.notify_all();
    }

    fn check(&self, more: usize) -> Result<(), OverBudget> {
        let max = self.shared.max;
        let fits = self.bytes.checked_add(more).is_some_and(|sum| sum <= max);
        if fits { Ok(()) } else { Err(OverBudget::Always { max }) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.shrink(self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_took() {
        let budget = MemoryBudget::new(10);
        let (mut first, mut second) = (budget.reservation(), budget.reservation());
        first.grow(6).unwrap();
        assert_eq!(second.grow(5), Err(OverBudget::Now));
        second.grow(4).unwrap();
        assert_eq!(first.grow(1), Err(OverBudget::Now));
        first.shrink(2);
        second.grow(2).unwrap();
        drop(first);
        second.grow(4).unwrap();
        drop(second);
        budget.reservation().grow(10).unwrap();
        assert_eq!(*budget.shared.used(), 0);
    }

    #[test]
    fn what_can_never_fit_is_told_apart() {
        let budget = MemoryBudget::new(10);
        let mut one = budget.reservation();
        one.grow(4).unwrap();
        for bytes in [7, usize::MAX] {
            assert_eq!(one.grow(bytes), Err(OverBudget::Always { max: 10 }));
            assert_eq!(one.grow_waiting(bytes), Err(OverBudget::Always { max: 10 }));
        }
    }

    #[test]
    fn waits_for_others() {
        let budget = MemoryBudget::new(10);
        let (mut first, mut second) = (budget.reservation(), budget.reservation());
        first.grow(6).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || second.grow_waiting(10).unwrap());
            scope.spawn(move || drop(first));
        });
        assert_eq!(*budget.shared.used(), 0);
    }
}
