//! Room for what a program makes faster than it can be sent.
//!
//! A queue that grows and grows loses runs in the end. From a quarter of its room on, as long as batches go out every
//! few milliseconds, the threads that make runs stand back for a moment each time they have handed over as much as was
//! settled since the last time. When they go out more rarely than that, even several at once, they do not: nobody waits
//! for a server that is slow or gone.

use std::time::{Duration, Instant};

/// How long a thread stands back. Long, so that it happens to one in some hundred operations; and no longer than a
/// thread waits anyway when the processors are busy.
pub(super) const PAUSE: Duration = Duration::from_millis(2);
/// For how long it counts that something was settled. With batches of 100 runs the program is not slowed down below
/// 10 000 runs per second.
pub(crate) const PATIENCE: Duration = Duration::from_millis(10);
/// The same where batches are settled by being written to a disk of this machine: that takes longer now and then, but
/// not for long.
pub(crate) const PATIENCE_WITH_DISK: Duration = Duration::from_millis(100);

/// Counts while much waits in the queue.
#[derive(Default)]
pub(super) struct Pace {
    /// Zero: no thread is to stand back ever.
    patience: Duration,
    /// How many operations may still come in before a thread has to stand back.
    credit: u64,
    settled_at: Option<Instant>,
}

impl Pace {
    pub(super) fn new(patience: Duration) -> Pace {
        Pace { patience, credit: 0, settled_at: None }
    }

    /// One that begins anew.
    pub(super) fn anew(&self) -> Pace {
        Pace::new(self.patience)
    }

    /// Says that an operation came in. Whether its thread is to stand back.
    pub(super) fn came_in(&mut self, is_tight: bool) -> bool {
        if !is_tight {
            self.credit = 0;
            return false;
        }
        if self.credit > 0 {
            self.credit -= 1;
            return false;
        }
        self.settled_at.is_some_and(|at| at.elapsed() < self.patience)
    }

    /// Says that operations were settled.
    pub(super) fn settled(&mut self, operations: u64) {
        self.credit += operations;
        self.settled_at = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_comes_in_as_goes_out() {
        let mut pace = Pace::new(PATIENCE);
        assert!(!pace.came_in(true), "nothing has gone out so far");
        pace.settled(2);
        assert!(!pace.came_in(true) && !pace.came_in(true));
        assert!(pace.came_in(true));
        // what went out while there was room is no credit
        pace.settled(2);
        assert!(!pace.came_in(false) && pace.came_in(true));
        // nobody waits for a slow server
        pace.settled_at = Instant::now().checked_sub(PATIENCE);
        assert!(!pace.came_in(true));
        pace.patience = PATIENCE_WITH_DISK;
        assert!(pace.came_in(true));
        // nor does who does not want to
        pace.patience = Duration::ZERO;
        pace.settled_at = Some(Instant::now());
        assert!(!pace.came_in(true));
    }
}
