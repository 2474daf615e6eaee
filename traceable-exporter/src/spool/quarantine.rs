//! The quarantine: records that the server fails on while it takes others, each in a file of its own.

use std::fs::{self, File};
use std::io;
use std::ops::Range;

use super::entry::{Entry, Storage};
use super::folder::sync_folder;
use super::record::Label;
use super::segment::{self, FileKind, Writer};
use super::store::SpoolStore;

impl SpoolStore {
    /// The first quarantined record, due or not.
    pub(crate) fn first_quarantined(&self) -> Option<Entry> {
        self.lock().quarantine.first().cloned()
    }

    /// Notes that the server has accepted the oldest record.
    pub(crate) fn server_accepted(&self) {
        self.lock().quarantine.server_accepted();
    }

    /// Quarantines the oldest record, or what is left of it. `false`: the record stays the first, because no other
    /// waits, the server has accepted nothing since the last one, the quarantine holds a quarter of the spool's
    /// bound, or the copy failed.
    pub(crate) fn quarantine(&self, entry: &Entry, rest: Option<(&Label, &[u8])>) -> bool {
        let folder = self.folder();
        let Storage::Disk { number, payload, .. } = &self.lock().storage_of(entry) else { return false };
        {
            let state = self.lock();
            let has_room =
                state.quarantine.bytes() + payload.end - payload.start <= self.settings.max_bytes / 4;
            if !(state.entries.len() > 1 && state.quarantine.is_open() && has_room) {
                return false;
            }
        }
        let open = || File::open(segment::path(folder.path(), FileKind::Main, *number));
        let written = match rest {
            None => self.write_quarantined(entry.operations, |writer| writer.append_copy(&open()?, payload)),
            Some(rest) => self.write_quarantined_rest(rest),
        };
        let Ok((copy, length)) = written else { return false };
        self.lock().quarantine.push(copy, length);
        true
    }

    /// Quarantines what is left of a quarantined record after part of it was delivered. `false`: writing it failed.
    pub(crate) fn requarantine_rest(&self, rest: (&Label, &[u8])) -> bool {
        let Ok((copy, length)) = self.write_quarantined_rest(rest) else { return false };
        let mut state = self.lock();
        state.quarantine.push(copy.clone(), length);
        state.quarantine.postpone(&copy);
        true
    }

    fn write_quarantined_rest(&self, (label, body): (&Label, &[u8])) -> io::Result<(Entry, u64)> {
        let parts = [&label.to_bytes(), body];
        self.write_quarantined(label.total(), |writer| writer.append(&parts).map_err(|(error, _)| error))
    }

    /// Writes and syncs a file for one record, without the lock: neither the thread that appends nor the one that
    /// syncs waits for it.
    fn write_quarantined(
        &self,
        operations: u64,
        append: impl FnOnce(&mut Writer) -> io::Result<Range<u64>>,
    ) -> io::Result<(Entry, u64)> {
        let (folder, number) = {
            let mut state = self.lock();
            state.restore(&self.settings.directory)?;
            (state.folder.clone(), state.take_number())
        };
        let mut writer = Writer::create(folder.path(), FileKind::Quarantine, number)?;
        let appended = append(&mut writer).and_then(|payload| {
            (self.sync_file)(&writer.file())?;
            Ok(payload)
        });
        if appended.is_err() {
            let _ = fs::remove_file(segment::path(folder.path(), FileKind::Quarantine, number));
        }
        sync_folder(&folder);
        let storage = Storage::Disk { kind: FileKind::Quarantine, number, payload: appended? };
        Ok((Entry { storage, operations, acknowledges: 0 }, writer.end()))
    }

    /// Notes that a quarantined record failed again.
    pub(crate) fn postpone(&self, entry: &Entry) {
        self.lock().quarantine.postpone(entry);
    }
}
