//! What is in folders when they are opened.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::cursor::Cursor;
use super::entry::{Entry, Recovered, Storage};
use super::folder::Folder;
use super::scan::{Unread, scan};
use super::segment::{self, Kind};

/// No file is longer: it is one record beyond the length at which it gets a successor, at most.
const MAX_FILE: u64 = 2 << 30;

/// Records that wait, and the files they are in.
#[derive(Default)]
pub(super) struct Recovery {
    pub(super) entries: VecDeque<Entry>,
    pub(super) files: VecDeque<(u64, u64)>,
    /// Those that were set aside, each with the length of its file.
    pub(super) quarantine: Vec<(Entry, u64)>,
    pub(super) next_number: u64,
    pub(super) recovered: Recovered,
    /// Files that are not looked at.
    recently_checked: HashSet<PathBuf>,
}

impl Recovery {
    /// Nothing, and files that are new or moved get this number and those after it.
    pub(super) fn from(next_number: u64, recently_checked: HashSet<PathBuf>) -> Recovery {
        Recovery { next_number, recently_checked, ..Recovery::default() }
    }

    /// Adds what is in the folder that is used from now on. A file that cannot be read stays where it is, and then the
    /// folder must not be used: the cursor would come to say that it has been delivered.
    pub(super) fn add_own(&mut self, own: &Folder) -> io::Result<()> {
        let (current, delivered) = Cursor::read(own.path());
        // or the cursor would seem to be about a new file
        self.next_number = self.next_number.max(current.saturating_add(1));
        for kind in [Kind::Main, Kind::Quarantine] {
            for number in own.numbers(kind)? {
                self.next_number = self.next_number.max(number.saturating_add(1));
                let path = segment::path(own.path(), kind, number);
                match Records::read(&path, delivered_of(kind, number, current, delivered)) {
                    Ok(records) => self.add(records, kind, number, &path),
                    Err(why) => self.leave(path, &why),
                }
            }
        }
        Ok(())
    }

    /// Moves what is in the folders that nobody uses to the one that is used from now on. What cannot be read or moved
    /// stays for the next time, and what another version has written until it is older than `max_age`.
    pub(super) fn take_over(&mut self, spool: &Path, own: &Folder, max_age: Duration) {
        for from in Folder::abandoned(spool, own.path()) {
            let (current, delivered) = Cursor::read(from.path());
            for kind in [Kind::Main, Kind::Quarantine] {
                for number in from.numbers(kind).unwrap_or_default() {
                    let path = segment::path(from.path(), kind, number);
                    if self.recently_checked.contains(&path) {
                        continue;
                    }
                    let start = delivered_of(kind, number, current, delivered);
                    match Records::read(&path, start) {
                        Ok(records) => self.move_here(records, kind, &path, start, own),
                        Err(Unread::Unknown) if is_older(&path, max_age) => {
                            if fs::remove_file(path).is_ok() {
                                self.recovered.outdated += 1;
                            }
                        }
                        Err(why) => self.leave(path, &why),
                    }
                }
            }
        }
    }

    fn leave(&mut self, path: PathBuf, why: &Unread) {
        match why {
            Unread::Unknown => self.recovered.unknown.push(path),
            Unread::Disk(error) => self.recovered.unreadable.push((path, error.to_string())),
        }
    }

    fn move_here(&mut self, records: Records, kind: Kind, path: &Path, start: u64, own: &Folder) {
        if records.recovery.is_empty() {
            self.recovered.damaged += records.damaged;
            let _ = fs::remove_file(path);
            return;
        }
        let number = self.next_number;
        let target = segment::path(own.path(), kind, number);
        // the cursor stays behind; noted before the file is moved, so that whoever is killed here leaves it noted.
        // Moved before it is noted here: what is noted must be there
        let _ = segment::cut(path, start);
        if fs::rename(path, &target).is_ok() {
            self.next_number = number.saturating_add(1);
            self.add(records, kind, number, &target);
        }
    }

    /// Notes the records of a file, or deletes it if there are none.
    fn add(&mut self, records: Records, kind: Kind, number: u64, path: &Path) {
        self.recovered.damaged += records.damaged;
        if records.recovery.is_empty() {
            let _ = fs::remove_file(path);
            return;
        }
        let count = if kind == Kind::Quarantine {
            &mut self.recovered.quarantined
        } else {
            &mut self.recovered.operations
        };
        for (payload, operations) in records.recovery {
            *count = count.saturating_add(operations);
            let entry =
                Entry { storage: Storage::Disk { kind, number, payload }, operations, acknowledges: 0 };
            match kind {
                Kind::Main => self.entries.push_back(entry),
                Kind::Quarantine => self.quarantine.push((entry, records.length)),
            }
        }
        if kind == Kind::Main {
            self.files.push_back((number, records.length));
        }
    }
}

/// Up to where a file has been delivered.
fn delivered_of(kind: Kind, number: u64, current: u64, delivered: u64) -> u64 {
    match kind {
        Kind::Main if number < current => u64::MAX,
        Kind::Main if number == current => delivered,
        _ => 0,
    }
}

/// What is in one file.
struct Records {
    /// Where they lie, and how many operations each stands for.
    recovery: Vec<(std::ops::Range<u64>, u64)>,
    damaged: u64,
    length: u64,
}

impl Records {
    /// Reads a file from `start` on, but not what only has the name of one.
    fn read(path: &Path, start: u64) -> Result<Records, Unread> {
        let recovery = fs::symlink_metadata(path)?;
        if !recovery.is_file() || recovery.len() > MAX_FILE {
            return Err(Unread::Disk(io::Error::other("it is no file, or none of a spool")));
        }
        let mut records = Records { recovery: Vec::new(), damaged: 0, length: recovery.len() };
        let mut senseless = 0;
        records.damaged = scan(File::open(path)?, recovery.len(), start, |payload, label| match label {
            Some(label) => records.recovery.push((payload, label.total())),
            None => senseless += payload.end - payload.start,
        })?;
        records.damaged += senseless;
        Ok(records)
    }
}

fn is_older(path: &Path, age: Duration) -> bool {
    let written = fs::metadata(path).and_then(|recovery| recovery.modified()).ok();
    written.and_then(|at| at.elapsed().ok()).is_some_and(|is| is > age)
}
