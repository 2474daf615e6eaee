//! Syncing the main files: from the system's memory to the disk.

use std::io;
use std::sync::PoisonError;

use super::segment::Writer;
use super::store::SpoolStore;

impl SpoolStore {
    /// Syncs what was written, each time within the interval of the settings, until the store is closed. Runs on a
    /// thread of its own, so that neither writing nor sending waits for the disk.
    ///
    /// Calls `on_synced` when everything that waits is synced, before more can be written, and `on_error` for each
    /// file that cannot be synced.
    pub(crate) fn sync_until_closed(&self, on_synced: impl Fn(), on_error: impl Fn(&io::Error)) {
        let every = self.settings.sync_every;
        let mut state = self.lock();
        loop {
            let left = state.unsynced.map(|since| every.saturating_sub(since.elapsed()));
            state = match left {
                None if state.closed => return,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() || state.closed => {
                    state.unsynced = None;
                    let mut files = std::mem::take(&mut state.unsynced_files);
                    files.extend(state.writer.as_ref().map(|writer| (writer.number(), writer.file())));
                    drop(state);
                    let mut failed = None;
                    for (number, file) in files {
                        if let Err(error) = (self.sync_file)(&file) {
                            on_error(&error);
                            failed = failed.max(Some(number));
                        }
                    }
                    let mut state = self.lock();
                    if failed.is_some() {
                        state.sync_failed_up_to = state.sync_failed_up_to.max(failed);
                        if state.writer.as_ref().map(Writer::number) <= failed {
                            state.writer = None;
                        }
                    }
                    if state.is_synced() {
                        on_synced();
                    }
                    state
                }
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    #[cfg(all(test, not(traceable_loom)))]
    pub(super) fn is_unsynced(&self) -> bool {
        self.lock().unsynced.is_some()
    }
}
