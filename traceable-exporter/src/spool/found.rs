//! What is in folders when they are opened.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::Path;

use super::cursor::Cursor;
use super::folder::Folder;
use super::record::Label;
use super::segment;
use super::store::{Entry, Place, Resumed};

/// No file is longer: it is one record beyond the length at which it gets a successor, at most.
const MAX_FILE: u64 = 2 << 30;

/// Records that wait, and the files they are in.
#[derive(Default)]
pub(super) struct Found {
    pub(super) entries: VecDeque<Entry>,
    pub(super) files: VecDeque<(u64, u64)>,
    pub(super) next_number: u64,
    pub(super) resumed: Resumed,
}

impl Found {
    /// Nothing, and files that are new or moved get this number and those after it.
    pub(super) fn from(next_number: u64) -> Found {
        Found { next_number, ..Found::default() }
    }

    /// Adds what is in the folder that is used from now on. A file that cannot be read stays where it is.
    pub(super) fn add_own(&mut self, own: &Folder) -> io::Result<()> {
        let (current, delivered) = Cursor::read(own.path());
        // or the cursor would seem to be about a new file
        self.next_number = self.next_number.max(current.saturating_add(1));
        for number in own.segments()? {
            self.next_number = self.next_number.max(number.saturating_add(1));
            let path = segment::path(own.path(), number);
            let start = if number == current { delivered } else { 0 };
            if number < current {
                let _ = fs::remove_file(path);
                continue;
            }
            match read(&path) {
                Ok(bytes) => self.add(&bytes, start, number, &path),
                Err(_) => self.resumed.unreadable += 1,
            }
        }
        Ok(())
    }

    /// Moves what is in the folders that nobody uses to the one that is used from now on. What cannot be read or moved
    /// stays for the next time.
    pub(super) fn take_over(&mut self, spool: &Path, own: &Folder) {
        for from in Folder::abandoned(spool, own.path()) {
            let (current, delivered) = Cursor::read(from.path());
            for number in from.segments().unwrap_or_default() {
                let path = segment::path(from.path(), number);
                if number < current {
                    let _ = fs::remove_file(path);
                    continue;
                }
                let start = if number == current { delivered } else { 0 };
                let Ok(bytes) = read(&path) else { continue };
                let target = segment::path(own.path(), self.next_number);
                // moved before it is noted: what is noted must be there
                if fs::rename(&path, &target).is_ok() {
                    let number = self.next_number;
                    self.next_number = number.saturating_add(1);
                    self.add(&bytes, start, number, &target);
                }
            }
        }
    }

    /// Notes the records of a file from `start` on, or deletes it if there are none.
    fn add(&mut self, bytes: &[u8], start: u64, number: u64, path: &Path) {
        let (payloads, damaged) = segment::scan(bytes, usize::try_from(start).unwrap_or(usize::MAX));
        self.resumed.damaged += damaged;
        let before = self.entries.len();
        for payload in payloads {
            let Some((label, _)) = Label::split(&bytes[payload.clone()]) else {
                self.resumed.damaged += payload.len();
                continue;
            };
            let payload = payload.start as u64..payload.end as u64;
            let place = Place::Disk { number, payload };
            self.entries.push_back(Entry { place, operations: label.total(), settles: 0 });
            self.resumed.operations = self.resumed.operations.saturating_add(label.total());
        }
        if self.entries.len() == before {
            let _ = fs::remove_file(path);
        } else {
            self.files.push_back((number, bytes.len() as u64));
        }
    }
}

/// Reads a file, but not what only has the name of one.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() || found.len() > MAX_FILE {
        return Err(io::ErrorKind::InvalidData.into());
    }
    fs::read(path)
}
