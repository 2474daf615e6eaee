//! Restoration: somebody has deleted the process folder, or files in it, while the exporter uses them.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::cursor::Cursor;
use super::entry::{Restored, Storage};
use super::folder::Folder;
use super::segment::{self, FileKind};
use super::state::State;
use super::store::SpoolStore;

impl SpoolStore {
    /// What was restored since the last call.
    pub(crate) fn take_restored(&self) -> Restored {
        std::mem::take(&mut self.lock().restored)
    }
}

impl State {
    /// Makes again what somebody has deleted: the folder, its lock, the cursor, the current file. Writes those records again
    /// that can be read through a handle which was open before.
    ///
    /// # Errors
    /// If that is not possible now. The caller must append nothing then.
    pub(super) fn restore(&mut self, spool: &Path) -> io::Result<()> {
        if !self.folder.is_in_place() {
            match self.folder.lock_again() {
                Some(folder) => self.folder = Arc::new(folder),
                None => self.move_to(Folder::take_empty(spool)?)?,
            }
        }
        self.cursor.restore(self.folder.path())?;
        if let Some(writer) = self.writer.take_if(|writer| !writer.is_in_place(self.folder.path())) {
            self.note_deleted(writer.number(), writer.file());
        }
        if self.has_deleted_records {
            self.rewrite_deleted_records()?;
            self.has_deleted_records = false;
            self.deleted.clear();
        }
        Ok(())
    }

    /// Goes on in another folder, as the own one is gone with all its files.
    fn move_to(&mut self, folder: Folder) -> io::Result<()> {
        let (number, _) = Cursor::read(folder.path());
        let cursor = Cursor::open(folder.path())?;
        // otherwise an old cursor would apply to a new file
        self.next_number = self.next_number.max(number.saturating_add(1));
        self.gone_below = self.next_number;
        self.files.clear();
        self.unsynced_files.clear();
        let open = self.writer.take().map(|writer| (writer.number(), writer.file()));
        for (number, file) in open.into_iter().chain(self.reading.take()) {
            self.note_deleted(number, file);
        }
        (self.folder, self.cursor) = (Arc::new(folder), cursor);
        self.has_deleted_records = true;
        self.restored.is_new = true;
        Ok(())
    }

    /// Notes that somebody has deleted a file that is still open. Its records do not count as synced.
    fn note_deleted(&mut self, number: u64, file: Arc<File>) {
        self.has_deleted_records = true;
        self.sync_failed_up_to = self.sync_failed_up_to.max(Some(number));
        self.deleted.push((number, file));
    }

    /// The open handle of a file that somebody has deleted.
    pub(super) fn deleted_file(&mut self, number: u64) -> Option<Arc<File>> {
        if let Some(writer) = self.writer.take_if(|writer| writer.number() == number) {
            self.note_deleted(number, writer.file());
        }
        let all = self.deleted.iter().chain(&self.reading);
        all.into_iter().find(|(other, _)| *other == number).map(|(_, file)| file.clone())
    }

    fn rewrite_deleted_records(&mut self) -> io::Result<()> {
        for at in 0..self.entries.len() {
            let Storage::Disk { number, payload, .. } = self.entries[at].storage.clone() else { continue };
            let file = self.deleted.iter().find(|(other, _)| *other == number);
            let bytes = match file {
                Some((_, file)) => segment::read_deleted(file, &payload)?,
                None => None,
            };
            if let Some(bytes) = bytes {
                let (number, payload) = self.append(&[&bytes])?;
                self.entries[at].storage = Storage::Disk { kind: FileKind::Main, number, payload };
            } else if number < self.gone_below && at > 0 {
                // the first may be in flight: it is dropped when it cannot be read
                self.entries[at].storage = Storage::Lost;
                self.restored.lost += self.entries[at].operations;
            }
        }
        Ok(())
    }

    /// Appends a payload to the current file. Returns the file's number, and where the payload is.
    pub(super) fn append(&mut self, parts: &[&[u8]]) -> io::Result<(u64, std::ops::Range<u64>)> {
        let writer = self.writer()?;
        let (number, appended) = (writer.number(), writer.append(parts));
        let end = writer.end();
        self.set_length(number, end);
        match appended {
            Ok(payload) => {
                self.unsynced.get_or_insert_with(Instant::now);
                Ok((number, payload))
            }
            Err((error, is_broken)) => {
                if is_broken {
                    self.retire_writer();
                }
                Err(error)
            }
        }
    }
}
