//! Backpressure: producers that make runs faster than they can be sent are throttled, so that the queue does not fill.
//!
//! While over a quarter of the queue is used and batches complete every few milliseconds, a producer sleeps each time it has
//! submitted as much as was acknowledged since it slept last. When batches complete more rarely, however large, no producer
//! sleeps: none waits for a server that is slow or gone.

use std::time::{Duration, Instant};

/// How long a producer sleeps. Long, so that it happens once in some hundred operations; and no longer than a thread waits
/// anyway when the processors are busy.
pub(super) const SLEEP: Duration = Duration::from_millis(2);
/// For how long after an acknowledgement producers may be throttled. With batches of 100 runs the program is not slowed down
/// below 10 000 runs per second.
pub(crate) const BACKPRESSURE_WINDOW: Duration = Duration::from_millis(10);
/// The same where batches are written to a disk of this machine: that takes longer now and then, but not for long.
pub(crate) const BACKPRESSURE_WINDOW_ON_DISK: Duration = Duration::from_millis(100);

/// Counts operations while much waits in the queue.
#[derive(Default)]
pub(super) struct Backpressure {
    /// Zero: no producer is ever throttled.
    window: Duration,
    /// How many operations may still come in before a producer sleeps.
    credit: u64,
    acknowledged_at: Option<Instant>,
}

impl Backpressure {
    pub(super) fn new(window: Duration) -> Backpressure {
        Backpressure { window, credit: 0, acknowledged_at: None }
    }

    /// One that begins again.
    pub(super) fn reset(&self) -> Backpressure {
        Backpressure::new(self.window)
    }

    /// Notes that an operation came in. Returns whether its producer is to sleep.
    pub(super) fn submitted_one(&mut self, is_tight: bool) -> bool {
        if !is_tight {
            self.credit = 0;
            return false;
        }
        if self.credit > 0 {
            self.credit -= 1;
            return false;
        }
        self.acknowledged_at.is_some_and(|at| at.elapsed() < self.window)
    }

    /// Notes that operations were acknowledged.
    pub(super) fn acknowledged(&mut self, operations: u64) {
        self.credit += operations;
        self.acknowledged_at = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_comes_in_as_goes_out() {
        let mut backpressure = Backpressure::new(BACKPRESSURE_WINDOW);
        assert!(!backpressure.submitted_one(true), "nothing has gone out so far");
        backpressure.acknowledged(2);
        assert!(!backpressure.submitted_one(true) && !backpressure.submitted_one(true));
        assert!(backpressure.submitted_one(true));
        // what went out while there was room is no credit
        backpressure.acknowledged(2);
        assert!(!backpressure.submitted_one(false) && backpressure.submitted_one(true));
        // no producer waits for a slow server
        backpressure.acknowledged_at = Instant::now().checked_sub(BACKPRESSURE_WINDOW);
        assert!(!backpressure.submitted_one(true));
        backpressure.window = BACKPRESSURE_WINDOW_ON_DISK;
        assert!(backpressure.submitted_one(true));
        // nor does one that has switched backpressure off
        backpressure.window = Duration::ZERO;
        backpressure.acknowledged_at = Some(Instant::now());
        assert!(!backpressure.submitted_one(true));
    }
}
