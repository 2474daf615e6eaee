//! Taking operations in: what is accepted, and what is dropped because the queue is full.

use traceable_core::{OperationKind, RunOperation};

use super::Queue;
use super::state::State;
use crate::accounting::DropReason;

/// Room that each open run reserves for its end: half of it is for the outputs. Larger ends use what others do not.
const END: usize = 2048;

/// What the caller of [`Queue::submit`] still has to do.
pub(crate) struct Submitted {
    /// Start the exporter's thread.
    pub(crate) start_worker: bool,
    /// Call [`Queue::throttle`]: batches complete, but not as fast as operations come in.
    pub(crate) throttle: bool,
    /// The operation was dropped for this reason.
    pub(crate) refused: Option<DropReason>,
}

impl Queue {
    /// Takes an operation, or drops it if the queue is full. Waits for nothing but the lock.
    pub(crate) fn submit(&self, operation: RunOperation) -> Submitted {
        let size = operation.size();
        let id = operation.id();
        let is_post = operation.kind == OperationKind::Post;
        let is_end = operation.end_time.is_some();

        let mut state = self.lock();
        let inherited = state.reset_after_fork();
        state.submitted += 1;
        let refused = if state.closed {
            Some(DropReason::Shutdown)
        } else if !state.has_room(size, is_post, self.max_bytes)
            || (!is_post && state.dropped_starts.contains(id))
        {
            if is_post {
                state.dropped_starts.remember(id);
            }
            Some(DropReason::QueueFull)
        } else {
            None
        };
        if let Some(reason) = refused {
            state.dropped.add(reason, 1);
            let throttle = state.should_throttle(self.max_bytes);
            drop(state);
            return Submitted { start_worker: false, throttle, refused: Some(reason) };
        }
        state.reserve(is_post, is_end);
        state.push(operation, size);
        let to_free = state.to_free.pop();
        let wake = state.should_wake();
        let throttle = state.should_throttle(self.max_bytes);
        let start_worker = !std::mem::replace(&mut state.has_worker, true);
        drop(state);
        if wake {
            self.work.notify_one();
        }
        drop((inherited, to_free));
        Submitted { start_worker, throttle, refused: None }
    }
}

impl State {
    /// Whether there is room for an operation. A run whose start is in and whose end is not would seem to run for ever, so
    /// starts leave room for the ends of open runs and for their own. They leave half of the queue at most: runs that never
    /// end must not fill it in time.
    fn has_room(&self, size: usize, is_post: bool, max_bytes: usize) -> bool {
        let reserved = if is_post { (self.reserved + END).clamp(max_bytes / 8, max_bytes / 2) } else { 0 };
        self.bytes + size <= max_bytes - reserved
    }

    /// Reserves room for the end of a run that begins, and gives it back when the run ends.
    fn reserve(&mut self, is_post: bool, is_end: bool) {
        match (is_post, is_end) {
            (true, false) => self.reserved += END,
            (false, true) => self.reserved = self.reserved.saturating_sub(END),
            _ => {}
        }
    }
}
