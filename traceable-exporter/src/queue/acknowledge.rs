//! What became of operations: delivered, or dropped for a reason.

use std::time::Instant;

use super::Queue;
use crate::accounting::{DropReason, Stats};

impl Queue {
    /// Acknowledges operations from memory: delivered, or dropped for a reason.
    pub(crate) fn acknowledge(&self, operations: u64, bytes: usize, dropped: Option<DropReason>) {
        self.acknowledge_from(false, operations, bytes, dropped);
    }

    /// Acknowledges operations from the disk, or from memory.
    pub(crate) fn acknowledge_from(
        &self,
        on_disk: bool,
        operations: u64,
        bytes: usize,
        dropped: Option<DropReason>,
    ) {
        let mut state = self.lock();
        if state.abandoned {
            if on_disk {
                // in flight when the exporter was abandoned, and not on disk any more
                state.left_on_disk -= operations;
                state.count(operations, dropped);
            }
            return;
        }
        state.acknowledged_at = Some(Instant::now());
        if dropped.is_none() {
            state.refused_at = None;
        }
        state.pending -= operations;
        state.bytes -= bytes;
        state.on_disk -= if on_disk { operations } else { 0 };
        if bytes > 0 {
            // what was written to disk made room before
            self.note_left(&mut state, bytes);
        }
        state.count(operations, dropped);
    }

    /// Notes that a run was sent without some of its parts.
    pub(crate) fn count_trimmed(&self) {
        self.lock().trimmed += 1;
    }

    /// Says that everything below this ticket is acknowledged.
    pub(crate) fn acknowledged_up_to(&self, ticket: u64) {
        let mut state = self.lock();
        state.acknowledged_up_to = state.acknowledged_up_to.max(ticket);
        drop(state);
        self.done.notify_all();
    }

    /// Writes the counters into `stats`.
    pub(crate) fn fill(&self, stats: &mut Stats) {
        let state = self.lock();
        stats.submitted = state.submitted;
        stats.delivered = state.delivered;
        stats.dropped = state.dropped;
        stats.recovered = state.recovered;
        stats.queued = state.pending;
        stats.on_disk = state.on_disk;
        stats.quarantined = state.quarantined;
        stats.left_on_disk = state.left_on_disk;
        stats.queued_bytes = state.bytes;
        stats.trimmed = state.trimmed;
    }
}
