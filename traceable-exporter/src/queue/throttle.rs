//! Where a producer is throttled: before its operation comes in.

use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use traceable_core::process::fork_generation;
use traceable_core::{OperationKind, RunOperation};

use super::Queue;
use super::backpressure::longest_sleep;
use super::entry::ENTRY;
use super::state::State;
use super::sync::MutexGuard;

impl Queue {
    /// Applies backpressure: while much waits, and the server keeps up, the producer of an operation sleeps until its turn,
    /// and until there is room. Returns how many bytes of room it was promised, for [`submit`](Self::submit).
    pub(crate) fn throttle(&self, operation: &RunOperation) -> usize {
        if !self.is_tight.load(Relaxed) {
            return 0;
        }
        let size = operation.size() + ENTRY;
        let is_start = operation.kind == OperationKind::Post;
        let until = Instant::now() + longest_sleep(size);
        let mut state = self.lock();
        let is_copied = state.process != fork_generation();
        // what is larger than the queue never fits
        if size > self.max_bytes || state.closed || is_copied || state.is_worker() {
            return 0;
        }
        let bytes = state.bytes;
        let wait = state.backpressure.turn(size, bytes, self.max_bytes);
        if !wait.is_zero() && state.fits(is_start, size, self.max_bytes) {
            drop(state);
            std::thread::sleep(wait);
            state = self.lock();
        }
        state.waiting_for_room += 1;
        while !state.fits(is_start, size, self.max_bytes) && !state.closed && state.backpressure.keeps_up() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.room.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.waiting_for_room = state.waiting_for_room.saturating_sub(1);
        // another must not come in between
        state.promised += size;
        size
    }

    /// Notes that the number of bytes in the queue has changed.
    pub(super) fn note_level(&self, state: &mut MutexGuard<'_, State>) {
        let bytes = state.bytes;
        let is_tight = state.backpressure.note_level(bytes, self.max_bytes);
        if self.is_tight.load(Relaxed) != is_tight {
            self.is_tight.store(is_tight, Relaxed);
        }
    }

    /// Notes that bytes have left the queue.
    pub(super) fn note_left(&self, state: &mut MutexGuard<'_, State>, bytes: usize) {
        state.backpressure.acknowledged(bytes);
        self.note_level(state);
        if state.waiting_for_room > 0 {
            self.room.notify_all();
        }
    }
}

impl State {
    fn fits(&self, is_start: bool, size: usize, max_bytes: usize) -> bool {
        let size = size.saturating_add(self.promised);
        match is_start {
            true => self.has_room_for_start(size, max_bytes),
            false => self.has_room(size, max_bytes),
        }
    }
}
