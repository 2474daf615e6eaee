//! The store's state, under its lock: which records wait, and in which files.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cursor::Cursor;
use super::entry::{Entry, Recovered, Restored, Storage};
use super::folder::{Folder, sync_folder};
use super::recovery::Recovery;
use super::retry_schedule::RetrySchedule;
use super::segment::{self, FileKind, Writer};

/// A main file longer than this gets a successor, so that space is freed while a backlog is sent.
const MAX_SEGMENT: u64 = 8 << 20;

/// How often a skipped file is examined again.
const RECHECK: Duration = Duration::from_secs(60);

pub(super) struct State {
    pub(super) folder: Arc<Folder>,
    /// Not acknowledged, oldest first.
    pub(super) entries: VecDeque<Entry>,
    pub(super) quarantine: RetrySchedule,
    pub(super) writer: Option<Writer>,
    /// Number and handle of the file that was read last.
    pub(super) reading: Option<(u64, Arc<File>)>,
    /// The same of files that somebody has deleted: their records can be read while the handle is open.
    pub(super) deleted: Vec<(u64, Arc<File>)>,
    /// Records of such files wait, and are to be written again.
    pub(super) has_deleted_records: bool,
    /// Files with lower numbers are gone with their folder.
    pub(super) gone_below: u64,
    pub(super) restored: Restored,
    pub(super) next_number: u64,
    /// Number and length of each main file, oldest first.
    pub(super) files: VecDeque<(u64, u64)>,
    pub(super) cursor: Cursor,
    /// When the first record was written that is not synced yet.
    pub(super) unsynced: Option<Instant>,
    /// Files that are appended to no more and are not synced yet; without a handle, those of former processes.
    pub(super) unsynced_files: Vec<(u64, Option<Arc<File>>)>,
    /// Files of former processes that are not accounted for yet, and synced after that.
    recovered_files: Vec<u64>,
    /// This file or one before it could not be synced. It is not synced again: after a failure the system reports
    /// success, whatever became of the data.
    pub(super) sync_failed_up_to: Option<u64>,
    /// Files that were skipped and reported, and when each was last examined.
    skipped_files: HashMap<PathBuf, Instant>,
    pub(super) closed: bool,
}

impl State {
    pub(super) fn new(folder: Folder, recovery: Recovery, cursor: Cursor) -> State {
        State {
            folder: Arc::new(folder),
            recovered_files: recovery.files.iter().map(|(number, _)| *number).collect(),
            entries: recovery.entries,
            quarantine: RetrySchedule::new(recovery.quarantine),
            writer: None,
            reading: None,
            deleted: Vec::new(),
            has_deleted_records: false,
            gone_below: 0,
            restored: Restored::default(),
            next_number: recovery.next_number,
            files: recovery.files,
            cursor,
            unsynced: None,
            unsynced_files: Vec::new(),
            sync_failed_up_to: None,
            skipped_files: HashMap::new(),
            closed: false,
        }
    }

    /// Adds what was taken over. New records come after it, in a file with a higher number.
    pub(super) fn add(&mut self, recovery: Recovery) {
        if !recovery.entries.is_empty() {
            self.retire_writer();
        }
        self.next_number = recovery.next_number;
        self.recovered_files.extend(recovery.files.iter().map(|(number, _)| number));
        self.entries.extend(recovery.entries);
        self.files.extend(recovery.files);
        self.quarantine.add(recovery.quarantine);
    }

    /// Lets the files of former processes be synced.
    pub(super) fn sync_recovered(&mut self) {
        if !self.recovered_files.is_empty() {
            self.unsynced_files.extend(self.recovered_files.drain(..).map(|number| (number, None)));
            self.unsynced.get_or_insert_with(Instant::now);
        }
    }

    /// Where a record is now; a main one is the oldest.
    pub(super) fn storage_of(&self, entry: &Entry) -> Storage {
        let current = self.entries.front().filter(|_| !entry.is_quarantined());
        current.unwrap_or(entry).storage.clone()
    }

    /// The number of the main file that it is in now.
    pub(super) fn number_of(&self, entry: &Entry) -> Option<u64> {
        match self.storage_of(entry) {
            Storage::Disk { kind: FileKind::Main, number, .. } => Some(number),
            _ => None,
        }
    }

    /// Removes files that were reported before.
    pub(super) fn only_unreported(&mut self, mut recovered: Recovered) -> Recovered {
        let mut is_new = |path: &PathBuf| self.skipped_files.insert(path.clone(), Instant::now()).is_none();
        recovered.unreadable.retain(|(path, _)| is_new(path));
        recovered.unknown.retain(&mut is_new);
        recovered
    }

    /// Skipped files that are not examined again yet: a failing disk may take long to answer.
    pub(super) fn recently_checked(&self) -> HashSet<PathBuf> {
        let recent = self.skipped_files.iter().filter(|(_, at)| at.elapsed() < RECHECK);
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

    /// Takes a number that no file has.
    pub(super) fn take_number(&mut self) -> u64 {
        // used up even if the file cannot be created: otherwise that name would block every further file
        let number = self.next_number;
        self.next_number = number.saturating_add(1);
        number
    }

    /// The writer for the next record; creates a file if there is none, or if the current one is long enough.
    pub(super) fn writer(&mut self) -> io::Result<&mut Writer> {
        if self.writer.as_ref().is_some_and(|writer| writer.end() >= MAX_SEGMENT) {
            self.retire_writer();
        }
        if self.writer.is_none() {
            let number = self.take_number();
            self.writer = Some(Writer::create(self.folder.path(), FileKind::Main, number)?);
            sync_folder(&self.folder);
        }
        self.writer.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Closes the current file: later records go to another one.
    pub(super) fn retire_writer(&mut self) {
        let Some(writer) = self.writer.take() else { return };
        if self.unsynced.is_some() {
            self.unsynced_files.push((writer.number(), Some(writer.file())));
        }
    }

    /// Whether everything that is not acknowledged survives a power failure.
    pub(super) fn is_synced(&self) -> bool {
        let is_durable = |entry: &Entry| {
            let number = entry.main_number();
            number.is_some_and(|number| self.sync_failed_up_to.is_none_or(|failed| number > failed))
        };
        let is_written =
            self.unsynced.is_none() && self.unsynced_files.is_empty() && self.recovered_files.is_empty();
        is_written && self.entries.iter().all(is_durable)
    }

    /// Deletes main files whose records are all acknowledged; the current one only if it is longer than `keep` bytes.
    pub(super) fn delete_acknowledged(&mut self, keep: u64) {
        let needed = self.entries.iter().find_map(Entry::main_number);
        if !self.deleted.is_empty() {
            let waiting: HashSet<u64> = self.entries.iter().filter_map(Entry::main_number).collect();
            self.deleted.retain(|(number, _)| waiting.contains(number));
        }
        self.reading.take_if(|(number, _)| Some(*number) != needed);
        let current = self.writer.as_ref().map(|writer| (writer.number(), writer.end()));
        while let Some((number, _)) = self.files.front().copied() {
            if needed.is_some_and(|needed| number >= needed) {
                break;
            }
            if let Some((writer, end)) = current
                && writer == number
            {
                if end <= keep {
                    break;
                }
                self.writer = None;
            }
            // if this fails, the cursor still says that the file is acknowledged
            let _ = fs::remove_file(segment::path(self.folder.path(), FileKind::Main, number));
            self.files.pop_front();
        }
    }
}
