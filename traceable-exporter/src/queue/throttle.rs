//! When a producer is throttled: while much waits, and batches complete.

use super::state::State;
use super::{Queue, backpressure};

/// Producers may be throttled while more than this share of the queue is used: a quarter.
const TIGHT_SHARE: usize = 4;

impl Queue {
    /// Applies backpressure: the producer sleeps, where [`submit`](Self::submit) has asked for it.
    pub(crate) fn throttle(&self) {
        std::thread::sleep(backpressure::SLEEP);
    }
}

impl State {
    /// Whether operations have come in faster than they can be sent for longer than a moment. Letting more wait would only
    /// cost memory, out of reach of the processor's caches.
    fn is_tight(&self, max_bytes: usize) -> bool {
        self.bytes > max_bytes / TIGHT_SHARE
    }

    /// Notes that an operation came in, taken or not. Returns whether its producer is to be throttled.
    pub(super) fn should_throttle(&mut self, max_bytes: usize) -> bool {
        let is_tight = self.is_tight(max_bytes) && !self.closed;
        self.backpressure.submitted_one(is_tight)
    }
}
