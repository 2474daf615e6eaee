//! Records on disk, in order: appended at one end, delivered from the other.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::cursor::Cursor;
use super::folder::Folder;
use super::found::Found;
use super::record::Label;
use super::segment::{self, Writer};
use super::settings::Spool;

/// A file that grew beyond this gets a successor, so that room is given back while an outage is worked off.
const SEGMENT: u64 = 8 << 20;
/// What was delivered is kept until there is so much of it, or nothing to do.
const DELIVERED: u64 = 1 << 20;
/// How often it is looked whether there is nothing to do, at most.
const TICK: Duration = Duration::from_millis(100);
/// How often others are looked for that have ended and left something.
const LOOK_AROUND: Duration = Duration::from_secs(2);

/// What waits in one folder.
pub(crate) struct Store {
    folder: Folder,
    settings: Spool,
    state: Mutex<State>,
    /// Wakes who waits for records, written or to be synced.
    changed: Condvar,
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
    Memory(Arc<[u8]>),
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
    /// Files that could not be read.
    pub(crate) unreadable: usize,
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
        found.add_own(&folder)?;
        found.take_over(&settings.directory, &folder);
        let cursor = Cursor::open(folder.path())?;
        let Found { entries, files, next_number, resumed } = found;
        let state =
            State { entries, writer: None, next_number, files, cursor, unsynced: None, closed: false };
        let settings = settings.clone();
        Ok((Store { folder, settings, state: Mutex::new(state), changed: Condvar::new() }, resumed))
    }

    /// A thread that panicked under the lock left nothing half done that matters.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends a record. `written` is called when it is there, before anybody can take it.
    ///
    /// # Errors
    /// If there is no room, or the disk does not take it: then nothing of it is there.
    pub(crate) fn append(
        &self,
        label: &Label,
        body: &[u8],
        settles: u64,
        written: impl FnOnce(),
    ) -> Result<(), Refused> {
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
                written();
                let place = Place::Disk { number, payload };
                state.entries.push_back(Entry { place, operations: label.total(), settles });
                state.unsynced.get_or_insert_with(Instant::now);
                drop(state);
                self.changed.notify_all();
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
        self.changed.notify_all();
        true
    }

    /// Says that these tickets are settled with the newest record. `false`: there is none.
    pub(crate) fn settles(&self, ticket: u64) -> bool {
        let mut state = self.lock();
        let Some(newest) = state.entries.back_mut() else { return false };
        newest.settles = newest.settles.max(ticket);
        true
    }

    /// Whether all has been delivered.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    #[cfg(all(test, not(traceable_loom)))]
    pub(super) fn is_unsynced(&self) -> bool {
        self.lock().unsynced.is_some()
    }

    /// The oldest record, when there is one.
    pub(crate) fn wait(&self) -> Waited {
        let mut state = self.lock();
        loop {
            if let Some(entry) = state.entries.front() {
                return Waited::Record(entry.clone());
            }
            if state.closed {
                state.remove_delivered(&self.folder, 0);
                return Waited::Over;
            }
            let tick = if state.files.is_empty() { LOOK_AROUND } else { self.settings.sync_every.max(TICK) };
            let (next, timeout) =
                self.changed.wait_timeout(state, tick).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if !timeout.timed_out() || !state.entries.is_empty() || state.closed {
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
        let mut found = Found::from(state.next_number);
        found.take_over(&self.settings.directory, &self.folder);
        if found.resumed != Resumed::default() {
            // new records come after those that were found, in a file with a higher number
            let _ = state.sync();
            state.writer = None;
        }
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

    /// Notes that the oldest record is settled, and returns the ticket below which all are. Files whose records all are
    /// settled get deleted.
    pub(crate) fn done(&self) -> u64 {
        let mut state = self.lock();
        let Some(entry) = state.entries.pop_front() else { return 0 };
        if let Place::Disk { number, payload } = entry.place {
            // if it cannot be written, some runs may be sent once more
            let _ = state.cursor.write(number, payload.end);
        }
        state.remove_delivered(&self.folder, DELIVERED);
        entry.settles
    }

    /// How old records may get.
    pub(crate) fn max_age(&self) -> Duration {
        self.settings.max_age
    }

    /// How many operations wait.
    pub(crate) fn left(&self) -> u64 {
        self.lock().entries.iter().map(|entry| entry.operations).sum()
    }

    /// Nothing more will be appended.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Brings to the disk what was written, again and again, each time within the interval of the settings, until the
    /// store is closed. For a thread of its own: neither who writes nor who sends has to wait for the disk.
    pub(crate) fn keep_synced(&self, tell: impl Fn(&io::Error)) {
        let every = self.settings.sync_every;
        let mut state = self.lock();
        loop {
            let left = state.unsynced.map(|since| every.saturating_sub(since.elapsed()));
            state = match left {
                None if state.closed => return,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() || state.closed => {
                    let since = state.unsynced.take();
                    let file = state.writer.as_ref().map(Writer::file);
                    drop(state);
                    let synced =
                        file.transpose().and_then(|file| file.map_or(Ok(()), |file| file.sync_data()));
                    let mut state = self.lock();
                    if let Err(error) = synced {
                        tell(&error);
                        if !state.closed {
                            // again, after another interval
                            state.unsynced = since.map(|_| Instant::now());
                        }
                    }
                    state
                }
                Some(left) => {
                    self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
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
                // one that cannot be made must not be in the way of the next
                let number = self.next_number;
                self.next_number = number.saturating_add(1);
                *none = Some(Writer::create(folder.path(), number)?);
                sync_folder(folder);
            }
        }
        self.writer.as_mut().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.writer.as_ref().map_or(Ok(()), Writer::sync)?;
        self.unsynced = None;
        Ok(())
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

/// A new file is not there after a loss of power unless its folder is on the disk too. Where the system cannot do that,
/// it is no worse than without.
#[cfg(unix)]
fn sync_folder(folder: &Folder) {
    let _ = File::open(folder.path()).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync_folder(_: &Folder) {}
