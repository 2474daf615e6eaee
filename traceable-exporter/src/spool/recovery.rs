//! Recovery: finds the records in the own folder, and takes over those of exporters that have ended.

use std::collections::{HashSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::age::Clock;
use super::cursor::Cursor;
use super::entry::{Entry, Recovered, Storage};
use super::folder::Folder;
use super::scan::{Unread, scan};
use super::segment::{self, FileKind};

/// Longest file: a file gets a successor at 8 MiB, so it holds one record beyond that at most.
const MAX_FILE: u64 = 2 << 30;

/// Records that were recovered, and the files they are in.
#[derive(Default)]
pub(super) struct Recovery {
    pub(super) entries: VecDeque<Entry>,
    pub(super) files: VecDeque<(u64, u64)>,
    /// Quarantined records, each with the length of its file.
    pub(super) quarantine: Vec<(Entry, u64)>,
    pub(super) next_number: u64,
    pub(super) recovered: Recovered,
    /// Files that are not examined again yet.
    recently_checked: HashSet<PathBuf>,
}

impl Recovery {
    /// An empty recovery whose new or moved files get this number and those after it.
    pub(super) fn from(next_number: u64, recently_checked: HashSet<PathBuf>) -> Recovery {
        Recovery { next_number, recently_checked, ..Recovery::default() }
    }

    /// Adds the records of the own folder. If a file cannot be read, the caller must not use this folder: the cursor
    /// would come to say that the file is acknowledged.
    pub(super) fn add_own(&mut self, own: &Folder, clock: &Clock) -> io::Result<()> {
        let (current, end) = Cursor::read(own.path());
        // otherwise an old cursor would apply to a new file
        self.next_number = self.next_number.max(current.saturating_add(1));
        for kind in [FileKind::Main, FileKind::Quarantine] {
            for number in own.numbers(kind)? {
                self.next_number = self.next_number.max(number.saturating_add(1));
                let path = segment::path(own.path(), kind, number);
                match Records::read(&path, acknowledged_of(kind, number, current, end), clock) {
                    Ok(records) => self.add(records, kind, number, &path),
                    Err(why) => self.skip(path, &why),
                }
            }
        }
        Ok(())
    }

    /// Moves the files of folders whose exporters have ended into the own folder. A file that cannot be read or moved
    /// stays for the next time; one of another version stays until it is older than `max_age`.
    pub(super) fn take_over(&mut self, spool: &Path, own: &Folder, max_age: Duration, clock: &Clock) {
        for from in Folder::abandoned(spool, own.path()) {
            let (current, end) = Cursor::read(from.path());
            for kind in [FileKind::Main, FileKind::Quarantine] {
                for number in from.numbers(kind).unwrap_or_default() {
                    let path = segment::path(from.path(), kind, number);
                    if self.recently_checked.contains(&path) {
                        continue;
                    }
                    let start = acknowledged_of(kind, number, current, end);
                    match Records::read(&path, start, clock) {
                        Ok(records) => self.move_here(records, kind, &path, start, own),
                        Err(Unread::Unknown) if is_older(&path, max_age, clock) => {
                            if fs::remove_file(path).is_ok() {
                                self.recovered.outdated += 1;
                            }
                        }
                        Err(why) => self.skip(path, &why),
                    }
                }
            }
        }
    }

    fn skip(&mut self, path: PathBuf, why: &Unread) {
        match why {
            Unread::Unknown => self.recovered.unknown.push(path),
            Unread::Disk(error) => self.recovered.unreadable.push((path, error.to_string())),
        }
    }

    fn move_here(&mut self, records: Records, kind: FileKind, path: &Path, start: u64, own: &Folder) {
        if records.payloads.is_empty() {
            self.recovered.damaged += records.damaged;
            let _ = fs::remove_file(path);
            return;
        }
        let number = self.next_number;
        let target = segment::path(own.path(), kind, number);
        // the cursor stays behind, so a cut records what is acknowledged: written before the move, in case of a kill
        // in between. The records are added after the move: they must be where their entries say
        let _ = segment::cut(path, start);
        if fs::rename(path, &target).is_ok() {
            self.next_number = number.saturating_add(1);
            self.add(records, kind, number, &target);
        }
    }

    /// Adds the records of a file in the own folder, or deletes it if it has none.
    fn add(&mut self, records: Records, kind: FileKind, number: u64, path: &Path) {
        self.recovered.damaged += records.damaged;
        if records.payloads.is_empty() {
            let _ = fs::remove_file(path);
            return;
        }
        let count = if kind == FileKind::Quarantine {
            &mut self.recovered.quarantined
        } else {
            &mut self.recovered.operations
        };
        for (payload, operations) in records.payloads {
            *count = count.saturating_add(operations);
            let entry =
                Entry { storage: Storage::Disk { kind, number, payload }, operations, acknowledges: 0 };
            match kind {
                FileKind::Main => self.entries.push_back(entry),
                FileKind::Quarantine => self.quarantine.push((entry, records.length)),
            }
        }
        if kind == FileKind::Main {
            self.files.push_back((number, records.length));
        }
    }
}

/// Up to which offset a file is acknowledged, by the cursor's number and offset.
fn acknowledged_of(kind: FileKind, number: u64, current: u64, end: u64) -> u64 {
    match kind {
        FileKind::Main if number < current => u64::MAX,
        FileKind::Main if number == current => end,
        _ => 0,
    }
}

/// The records of one file.
struct Records {
    /// Where each payload is, and how many operations it stands for.
    payloads: Vec<(std::ops::Range<u64>, u64)>,
    damaged: u64,
    length: u64,
}

impl Records {
    /// Scans a file from `start` on. Anything but a regular file is refused.
    fn read(path: &Path, start: u64, clock: &Clock) -> Result<Records, Unread> {
        let metadata = fs::symlink_metadata(path)?;
        if !metadata.is_file() || metadata.len() > MAX_FILE {
            return Err(Unread::Disk(io::Error::other("it is not a file of a spool")));
        }
        let mut records = Records { payloads: Vec::new(), damaged: 0, length: metadata.len() };
        let mut unlabelled = 0;
        records.damaged = scan(File::open(path)?, metadata.len(), start, |payload, label| match label {
            Some(label) => {
                clock.learn(label.written_at);
                records.payloads.push((payload, label.total()));
            }
            None => unlabelled += payload.end - payload.start,
        })?;
        records.damaged += unlabelled;
        Ok(records)
    }
}

fn is_older(path: &Path, age: Duration, clock: &Clock) -> bool {
    let written = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let since_1970 = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since_1970.and_then(|at| clock.wall_age(at)).is_some_and(|elapsed| elapsed > age)
}
