//! Which records and files there are, under the lock of the store.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cursor::Cursor;
use super::entry::{Entry, Recovered};
use super::folder::{Folder, sync_folder};
use super::recovery::Recovery;
use super::retry_schedule::RetrySchedule;
use super::segment::{self, Kind, Writer};

/// A file that grew beyond this gets a successor, so that room is given back while an outage is worked off.
const SEGMENT: u64 = 8 << 20;

/// How often a file is looked at that is left alone.
const RECHECK: Duration = Duration::from_secs(60);

pub(super) struct State {
    /// Not delivered, oldest first.
    pub(super) entries: VecDeque<Entry>,
    pub(super) quarantine: RetrySchedule,
    pub(super) writer: Option<Writer>,
    /// Those whose files somebody has deleted: what was written can be read as long as they are open.
    deleted_while_open: Vec<Writer>,
    pub(super) next_number: u64,
    /// The length of each file of the line.
    pub(super) files: VecDeque<(u64, u64)>,
    pub(super) cursor: Cursor,
    /// When the first was written of what may not be on the disk yet.
    pub(super) unsynced: Option<Instant>,
    /// Files that are appended to no more, and may not be on the disk yet.
    pub(super) unsynced_files: Vec<(u64, Arc<File>)>,
    /// Of this file and those before it, the disk would not say that they are there: no more is asked, as a system
    /// that was asked once and failed says yes the next time, whatever has become of it.
    pub(super) doubtful: Option<u64>,
    /// Files that were left alone, each of which was told, and when they were last looked at.
    unreadable_files: HashMap<PathBuf, Instant>,
    pub(super) closed: bool,
}

impl State {
    pub(super) fn new(recovery: Recovery, cursor: Cursor) -> State {
        State {
            entries: recovery.entries,
            quarantine: RetrySchedule::new(recovery.quarantine),
            writer: None,
            deleted_while_open: Vec::new(),
            next_number: recovery.next_number,
            files: recovery.files,
            cursor,
            unsynced: None,
            unsynced_files: Vec::new(),
            doubtful: None,
            unreadable_files: HashMap::new(),
            closed: false,
        }
    }

    /// Adds what others have left. New records come after it, in a file with a higher number.
    pub(super) fn add(&mut self, recovery: Recovery) {
        if !recovery.entries.is_empty() {
            self.retire_writer();
        }
        self.next_number = recovery.next_number;
        self.entries.extend(recovery.entries);
        self.files.extend(recovery.files);
        self.quarantine.add(recovery.quarantine);
    }

    /// Leaves out what was told before.
    pub(super) fn only_new(&mut self, mut recovered: Recovered) -> Recovered {
        let mut is_new =
            |path: &PathBuf| self.unreadable_files.insert(path.clone(), Instant::now()).is_none();
        recovered.unreadable.retain(|(path, _)| is_new(path));
        recovered.unknown.retain(&mut is_new);
        recovered
    }

    /// Files that need not be looked at again so soon: a disk that fails may take its time.
    pub(super) fn recently_checked(&self) -> HashSet<PathBuf> {
        let recent = self.unreadable_files.iter().filter(|(_, at)| at.elapsed() < RECHECK);
        recent.map(|(path, _)| path.clone()).collect()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, length)| length).sum::<u64>() + self.quarantine.bytes()
    }

    pub(super) fn set_length(&mut self, number: u64, length: u64) {
        match self.files.back_mut() {
            Some(last) if last.0 == number => last.1 = length,
            _ => self.files.push_back((number, length)),
        }
    }

    /// A number that no file has.
    pub(super) fn take_number(&mut self) -> u64 {
        // one that cannot be made must not be in the way of the next
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        number
    }

    /// What the next record is appended to.
    pub(super) fn writer(&mut self, folder: &Folder) -> io::Result<&mut Writer> {
        if self.writer.as_ref().is_some_and(|writer| writer.end() >= SEGMENT) {
            self.retire_writer();
        }
        if self.writer.is_none() {
            let number = self.take_number();
            self.writer = Some(Writer::create(folder.path(), Kind::Main, number)?);
            sync_folder(folder);
        }
        self.writer.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Appends no more to the file that was written to.
    pub(super) fn retire_writer(&mut self) {
        let Some(writer) = self.writer.take() else { return };
        if self.unsynced.is_some() {
            self.unsynced_files.push((writer.number(), writer.file()));
        }
    }

    /// Notes that this file is not there any more. Returns what can read it, if it was the one that is written to.
    pub(super) fn deleted_while_open(&mut self, number: u64) -> Option<&Writer> {
        if let Some(writer) = self.writer.take_if(|writer| writer.number() == number) {
            self.deleted_while_open.push(writer);
            self.doubtful = self.doubtful.max(Some(number));
        }
        self.deleted_while_open.iter().find(|writer| writer.number() == number)
    }

    /// Whether all that was not delivered is on the disk, also after a loss of power.
    pub(super) fn is_safe(&self) -> bool {
        let is_on_disk = |entry: &Entry| {
            let number = entry.main_number();
            number.is_some_and(|number| self.doubtful.is_none_or(|doubtful| number > doubtful))
        };
        self.unsynced.is_none() && self.unsynced_files.is_empty() && self.entries.iter().all(is_on_disk)
    }

    /// Deletes files that hold nothing but what was delivered; the one that is written to, if that is more than
    /// `worth` bytes.
    pub(super) fn remove_delivered(&mut self, folder: &Folder, worth: u64) {
        let needed = self.entries.iter().find_map(Entry::main_number);
        self.deleted_while_open.retain(|writer| needed.is_some_and(|needed| needed <= writer.number()));
        let written = self.writer.as_ref().map(|writer| (writer.number(), writer.end()));
        while let Some((number, _)) = self.files.front().copied() {
            if needed.is_some_and(|needed| number >= needed) {
                break;
            }
            if let Some((current, end)) = written
                && current == number
            {
                if end <= worth {
                    break;
                }
                self.writer = None;
            }
            // if it cannot be deleted, the cursor says that it has been delivered
            let _ = fs::remove_file(segment::path(folder.path(), Kind::Main, number));
            self.files.pop_front();
        }
    }
}
