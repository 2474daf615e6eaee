//! Records on disk, in order: appended at one end, delivered from the other.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::cursor::Cursor;
use super::folder::Folder;
use super::record::Label;
use super::segment::{self, Writer};
use super::settings::Spool;

/// A file that grew beyond this gets a successor, so that room is given back while an outage is worked off.
const SEGMENT: u64 = 8 << 20;
/// What was delivered is kept until there is so much of it, or nothing to do.
const DELIVERED: u64 = 1 << 20;

/// How often the disk is looked after, at most.
const TICK: Duration = Duration::from_millis(100);
/// How often others are looked for that have ended and left something.
const LOOK_AROUND: Duration = Duration::from_secs(2);

/// What waits in one folder.
pub(crate) struct Store {
    folder: Folder,
    settings: Spool,
    state: Mutex<State>,
    /// Wakes who waits for records.
    arrived: Condvar,
}

struct State {
    /// Not delivered, oldest first.
    entries: VecDeque<Entry>,
    writer: Option<Writer>,
    next_number: u64,
    /// The length of each file.
    files: VecDeque<(u64, u64)>,
    cursor: Cursor,
    /// When the first was written of what may not be on the disk yet.
    unsynced: Option<Instant>,
    closed: bool,
}

/// One record that was not delivered yet.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) place: Place,
    pub(crate) operations: u64,
    /// All tickets of the queue below this one are settled when this record and those before it are.
    pub(crate) settles: u64,
}

#[derive(Clone)]
pub(crate) enum Place {
    Disk {
        number: u64,
        payload: Range<u64>,
    },
    /// The disk would not take it.
    Memory(std::sync::Arc<[u8]>),
}

/// What there is to do.
pub(crate) enum Waited {
    /// To deliver the oldest record.
    Record(Entry),
    /// To take note of what others have left; it will be among the records.
    TakenOver(Resumed),
    /// Nothing, and there will be nothing.
    Over,
}

/// What a former process left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resumed {
    pub(crate) operations: u64,
    /// Bytes that were no part of a whole record.
    pub(crate) damaged: usize,
}

/// Why a record was not appended.
#[derive(Debug)]
pub(crate) enum Refused {
    /// There are as many bytes as there may be.
    Full,
    Disk(io::Error),
}

impl Store {
    /// Takes a folder inside of the spool's, with what others have left.
    ///
    /// # Errors
    /// If the folder cannot be made, read or written to.
    pub(crate) fn open(settings: &Spool) -> io::Result<(Store, Resumed)> {
        let folder = Folder::take(&settings.directory)?;
        let mut found = Found::default();
        found.add(&folder, &folder)?;
        found.add_abandoned(settings, &folder);
        let cursor = Cursor::open(folder.path())?;
        let state = State {
            entries: found.entries,
            writer: None,
            next_number: found.next_number,
            files: found.files,
            cursor,
            unsynced: None,
            closed: false,
        };
        let store =
            Store { folder, settings: settings.clone(), state: Mutex::new(state), arrived: Condvar::new() };
        Ok((store, found.resumed))
    }

    /// A thread that panicked under the lock left nothing half done that matters.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a record.
    ///
    /// # Errors
    /// If there is no room, or the disk does not take it.
    pub(crate) fn append(&self, label: &Label, body: &[u8], settles: u64) -> Result<(), Refused> {
        let label_bytes = label.to_bytes();
        let mut state = self.lock();
        let length = (label_bytes.len() + body.len()) as u64;
        if state.bytes() + length > self.settings.max_bytes {
            return Err(Refused::Full);
        }
        let writer = state.writer(&self.folder).map_err(Refused::Disk)?;
        let (number, appended) = (writer.number(), writer.append(&[&label_bytes, body]));
        let end = writer.end();
        state.set_length(number, end);
        match appended {
            Ok(payload) => {
                let place = Place::Disk { number, payload };
                state.entries.push_back(Entry { place, operations: label.total(), settles });
                state.unsynced.get_or_insert_with(Instant::now);
                self.sync_if_due(&mut state).map_err(Refused::Disk)?;
                drop(state);
                self.arrived.notify_all();
                Ok(())
            }
            Err((error, is_broken)) => {
                if is_broken {
                    state.writer = None;
                }
                Err(Refused::Disk(error))
            }
        }
    }

    /// Holds a record in memory that the disk does not take, if there is none yet. Returns whether it does.
    pub(crate) fn hold(&self, label: &Label, body: &[u8], settles: u64) -> bool {
        let mut state = self.lock();
        if state.entries.iter().any(|entry| matches!(entry.place, Place::Memory(_))) {
            return false;
        }
        let place = Place::Memory([&label.to_bytes(), body].concat().into());
        state.entries.push_back(Entry { place, operations: label.total(), settles });
        drop(state);
        self.arrived.notify_all();
        true
    }

    /// The oldest record, when there is one. Meanwhile the disk is kept up to date.
    pub(crate) fn wait(&self) -> Waited {
        let mut state = self.lock();
        loop {
            if let Some(entry) = state.entries.front() {
                let entry = entry.clone();
                // what cannot be synced was warned about when it was written
                let _ = self.sync_if_due(&mut state);
                return Waited::Record(entry);
            }
            if state.closed {
                state.remove_delivered(&self.folder, 0);
                return Waited::Over;
            }
            let is_busy = state.unsynced.is_some() || !state.files.is_empty();
            let tick = if is_busy { self.settings.sync_every.max(TICK) } else { LOOK_AROUND };
            let (next, timeout) =
                self.arrived.wait_timeout(state, tick).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if !timeout.timed_out() || !state.entries.is_empty() {
                continue;
            }
            state.remove_delivered(&self.folder, 0);
            let resumed = self.take_over(&mut state);
            if resumed != Resumed::default() {
                return Waited::TakenOver(resumed);
            }
        }
    }

    /// Takes what others have left that have ended since this was opened.
    fn take_over(&self, state: &mut State) -> Resumed {
        // new records come after those that are found, in a file with a higher number
        state.writer = None;
        let mut found = Found { next_number: state.next_number, ..Found::default() };
        found.add_abandoned(&self.settings, &self.folder);
        state.next_number = found.next_number;
        state.entries.extend(found.entries);
        state.files.extend(found.files);
        found.resumed
    }

    /// Reads a record. `None`: it is not what was written.
    ///
    /// # Errors
    /// If the disk fails.
    pub(crate) fn read(&self, entry: &Entry) -> io::Result<Option<Vec<u8>>> {
        match &entry.place {
            Place::Memory(bytes) => Ok(Some(bytes.to_vec())),
            Place::Disk { number, payload } => {
                segment::read(&File::open(segment::path(self.folder.path(), *number))?, payload)
            }
        }
    }

    /// Notes that the oldest record is settled. Files whose records all are get deleted.
    pub(crate) fn done(&self) {
        let mut state = self.lock();
        let Some(entry) = state.entries.pop_front() else { return };
        if let Place::Disk { number, payload } = entry.place {
            // if it cannot be written, some runs may be sent once more
            let _ = state.cursor.write(number, payload.end);
        }
        state.remove_delivered(&self.folder, DELIVERED);
    }

    /// How many operations wait.
    pub(crate) fn left(&self) -> u64 {
        self.lock().entries.iter().map(|entry| entry.operations).sum()
    }

    /// How old records may get.
    pub(crate) fn max_age(&self) -> Duration {
        self.settings.max_age
    }

    /// Nothing more will be appended.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Brings what was written to the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.lock().sync()
    }

    fn sync_if_due(&self, state: &mut State) -> io::Result<()> {
        match state.unsynced {
            Some(since) if since.elapsed() >= self.settings.sync_every => state.sync(),
            _ => Ok(()),
        }
    }
}

impl State {
    fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, length)| length).sum()
    }

    fn set_length(&mut self, number: u64, length: u64) {
        match self.files.back_mut() {
            Some(last) if last.0 == number => last.1 = length,
            _ => self.files.push_back((number, length)),
        }
    }

    /// What the next record is appended to.
    fn writer(&mut self, folder: &Folder) -> io::Result<&mut Writer> {
        if self.writer.as_ref().is_some_and(|writer| writer.end() >= SEGMENT) {
            self.sync()?;
            self.writer = None;
        }
        match &mut self.writer {
            Some(_) => {}
            none => {
                let writer = Writer::create(folder.path(), self.next_number)?;
                self.next_number += 1;
                sync_folder(folder)?;
                *none = Some(writer);
            }
        }
        self.writer.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.unsynced = None;
        self.writer.as_ref().map_or(Ok(()), Writer::sync)
    }

    /// Deletes files that hold nothing but what was delivered; the one that is written to, if that is more than
    /// `worth` bytes.
    fn remove_delivered(&mut self, folder: &Folder, worth: u64) {
        let needed = self.entries.iter().find_map(|entry| match entry.place {
            Place::Disk { number, .. } => Some(number),
            Place::Memory(_) => None,
        });
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
                self.unsynced = None;
            }
            // if it cannot be deleted, the cursor says that it has been delivered
            let _ = fs::remove_file(segment::path(folder.path(), number));
            self.files.pop_front();
        }
    }
}

/// A new file is not there after a loss of power unless its folder is on the disk too.
#[cfg(unix)]
fn sync_folder(folder: &Folder) -> io::Result<()> {
    File::open(folder.path())?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Folder) -> io::Result<()> {
    Ok(())
}

/// What is in folders that are opened.
#[derive(Default)]
struct Found {
    entries: VecDeque<Entry>,
    files: VecDeque<(u64, u64)>,
    next_number: u64,
    resumed: Resumed,
}

impl Found {
    /// Adds what is in the folders that nobody uses.
    fn add_abandoned(&mut self, settings: &Spool, to: &Folder) {
        for abandoned in Folder::abandoned(&settings.directory) {
            // one that cannot be read stays for the next time
            let _ = self.add(&abandoned, to);
        }
    }

    /// Adds what was not delivered of a folder's records, and moves them into the one that is used from now on.
    fn add(&mut self, from: &Folder, to: &Folder) -> io::Result<()> {
        let (current, delivered) = Cursor::read(from.path());
        if from.path() == to.path() {
            // or the cursor would seem to be about a new file
            self.next_number = current.saturating_add(1);
        }
        for number in from.segments()? {
            let path = segment::path(from.path(), number);
            let start = if number == current { delivered } else { 0 };
            let bytes = if number < current { Vec::new() } else { fs::read(&path)? };
            let (payloads, damaged) = segment::scan(&bytes, usize::try_from(start).unwrap_or(usize::MAX));
            self.resumed.damaged += damaged;
            let kept = if from.path() == to.path() { number } else { self.next_number };
            self.next_number = self.next_number.max(kept.saturating_add(1));
            let before = self.entries.len();
            for payload in payloads {
                let Some((label, _)) = Label::split(&bytes[payload.clone()]) else {
                    self.resumed.damaged += payload.len();
                    continue;
                };
                let payload = payload.start as u64..payload.end as u64;
                let place = Place::Disk { number: kept, payload };
                self.entries.push_back(Entry { place, operations: label.total(), settles: 0 });
                self.resumed.operations = self.resumed.operations.saturating_add(label.total());
            }
            if self.entries.len() == before {
                fs::remove_file(path)?;
                continue;
            }
            if from.path() != to.path() {
                fs::rename(&path, segment::path(to.path(), kept))?;
            }
            self.files.push_back((kept, bytes.len() as u64));
        }
        Ok(())
    }
}
