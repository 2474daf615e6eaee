//! The books on what waits on disk.

use super::Queue;

impl Queue {
    /// Notes that operations on disk are set aside: nobody waits for them any more.
    pub(crate) fn put_aside(&self, operations: u64) {
        let mut state = self.lock();
        if !state.abandoned {
            state.unsettled -= operations;
            state.on_disk -= operations;
            state.kept += operations;
        }
    }

    /// Notes that operations that were set aside are tried again.
    pub(crate) fn bring_back(&self, operations: u64) {
        let mut state = self.lock();
        if !state.abandoned {
            state.kept -= operations;
            state.unsettled += operations;
            state.on_disk += operations;
        }
    }

    /// Notes that all that was written is on the disk now.
    pub(crate) fn all_synced(&self) {
        self.lock().unsynced = false;
    }
}
