//! Operations that wait on disk.

use super::Queue;

impl Queue {
    /// Notes that operations have left memory; and whether they are on disk now.
    pub(crate) fn written(&self, operations: u64, bytes: usize, on_disk: bool) {
        let mut state = self.lock();
        if state.abandoned {
            if on_disk {
                // they counted as dropped when the exporter was abandoned, while they were being written
                state.dropped.shutdown = state.dropped.shutdown.saturating_sub(operations);
                state.left_on_disk += operations;
            }
            return;
        }
        state.bytes -= bytes;
        state.on_disk += if on_disk { operations } else { 0 };
        state.unsynced |= on_disk;
        self.note_left(&mut state, bytes);
    }

    /// Notes that operations are not on disk any more: somebody has deleted their file. They are dropped when their turn comes,
    /// or by the shutdown.
    pub(crate) fn lost_from_disk(&self, operations: u64) {
        let mut state = self.lock();
        match state.abandoned {
            true => {
                state.left_on_disk -= operations;
                state.dropped.shutdown += operations;
            }
            false => state.on_disk -= operations,
        }
    }

    /// Moves operations on disk to the quarantine: no flush waits for them any more.
    pub(crate) fn quarantine(&self, operations: u64) {
        let mut state = self.lock();
        if !state.abandoned {
            state.pending -= operations;
            state.on_disk -= operations;
            state.quarantined += operations;
        }
    }

    /// Takes operations out of the quarantine: they are tried again.
    pub(crate) fn retry_quarantined(&self, operations: u64) {
        let mut state = self.lock();
        state.quarantined -= operations;
        match state.abandoned {
            true => state.left_on_disk += operations,
            false => {
                state.pending += operations;
                state.on_disk += operations;
            }
        }
    }

    /// Notes that everything written is synced.
    pub(crate) fn all_synced(&self) {
        self.lock().unsynced = false;
    }
}
