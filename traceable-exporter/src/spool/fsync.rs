//! Syncing the main files: from the system's memory to the disk.

use std::fs::OpenOptions;
use std::io;
use std::sync::PoisonError;
use std::time::Duration;

use super::folder::Folder;
use super::segment::{self, FileKind, Writer};
use super::store::SpoolStore;

/// How often a store that has nothing to sync looks whether its folder is still there.
const CHECK_INTERVAL: Duration = Duration::from_secs(2);

impl SpoolStore {
    /// Syncs what was written, each time within the interval of the settings, until the store is closed. Runs on a
    /// thread of its own, so that neither writing nor sending waits for the disk.
    ///
    /// Calls `on_synced` when everything that waits is synced, before more can be written, and `on_error` for each
    /// file that cannot be synced. While there is nothing to do, it makes again what somebody has deleted, and calls
    /// `on_check` after that.
    pub(crate) fn sync_until_closed(
        &self,
        on_synced: impl Fn(),
        on_error: impl Fn(&io::Error),
        on_check: impl Fn(),
    ) {
        let every = self.settings.sync_every;
        let mut state = self.lock();
        loop {
            let left = state.unsynced.map(|since| every.saturating_sub(since.elapsed()));
            state = match left {
                None if state.closed => return,
                None => {
                    let (mut state, timeout) = self
                        .changed
                        .wait_timeout(state, CHECK_INTERVAL)
                        .unwrap_or_else(PoisonError::into_inner);
                    if timeout.timed_out() {
                        // the next append fails for the same reason, and says so
                        let _ = state.restore(&self.settings.directory);
                        drop(state);
                        on_check();
                        state = self.lock();
                    }
                    state
                }
                Some(left) if left.is_zero() || state.closed => {
                    state.unsynced = None;
                    let mut files = std::mem::take(&mut state.unsynced_files);
                    files.extend(state.writer.as_ref().map(|writer| (writer.number(), Some(writer.file()))));
                    let folder = state.folder.clone();
                    drop(state);
                    let mut failed = None;
                    for (number, file) in files {
                        let synced = match file {
                            Some(file) => (self.sync_file)(&file),
                            None => self.sync_recovered_file(&folder, number),
                        };
                        if let Err(error) = synced {
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

    /// Syncs a file of a former process, unless it is delivered and deleted.
    fn sync_recovered_file(&self, folder: &Folder, number: u64) -> io::Result<()> {
        let path = segment::path(folder.path(), FileKind::Main, number);
        match OpenOptions::new().write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            file => (self.sync_file)(&file?),
        }
    }

    #[cfg(all(test, not(traceable_loom)))]
    pub(super) fn is_unsynced(&self) -> bool {
        self.lock().unsynced.is_some()
    }
}
