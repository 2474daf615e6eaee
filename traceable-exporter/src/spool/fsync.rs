//! From the memory of the system to the disk.

use std::io;
use std::sync::PoisonError;

use super::segment::Writer;
use super::store::Store;

impl Store {
    /// Brings to the disk what was written, again and again, each time within the interval of the settings, until the
    /// store is closed. For a thread of its own: neither who writes nor who sends has to wait for the disk.
    ///
    /// `safe` is called when all that waits is on the disk, before more can be written; `tell` with what the disk says
    /// if it fails.
    pub(crate) fn sync_until_closed(&self, safe: impl Fn(), tell: impl Fn(&io::Error)) {
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
                            tell(&error);
                            failed = failed.max(Some(number));
                        }
                    }
                    let mut state = self.lock();
                    if failed.is_some() {
                        state.doubtful = state.doubtful.max(failed);
                        if state.writer.as_ref().map(Writer::number) <= failed {
                            state.writer = None;
                        }
                    }
                    if state.is_safe() {
                        safe();
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
