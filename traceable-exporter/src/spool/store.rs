//! Records on disk, in order: appended at one end, delivered from the other.

use std::fs::{self, File};
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::cursor::Cursor;
use super::entry::{AppendError, Entry, NextRecord, Recovered, Storage};
use super::folder::Folder;
use super::record::{Label, Payload};
use super::recovery::Recovery;
use super::segment::{self, Kind};
use super::settings::Spool;
use super::state::State;

/// What was delivered is kept until there is so much of it, or nothing to do.
const DELIVERED: u64 = 1 << 20;
/// How often it is looked whether there is nothing to do, at most.
const TICK: Duration = Duration::from_millis(100);
/// How often others are looked for that have ended and left something.
const TAKE_OVER_INTERVAL: Duration = Duration::from_secs(2);

/// Waits until what was written to a file is on the disk.
pub(super) type SyncFile = Box<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// What waits in one folder.
pub(crate) struct Store {
    pub(super) folder: Folder,
    pub(super) settings: Spool,
    pub(super) state: Mutex<State>,
    /// Wakes who waits for records, written or to be synced.
    pub(super) changed: Condvar,
    pub(super) sync_file: SyncFile,
}

impl Store {
    /// Takes a folder inside of the spool's, with what others have left.
    ///
    /// # Errors
    /// If the folder cannot be made, read or written to.
    pub(crate) fn open(settings: &Spool) -> io::Result<(Store, Recovered)> {
        Store::open_with(settings, Box::new(File::sync_data))
    }

    /// As [`open`](Self::open), on a disk that is brought up to date in this way.
    pub(super) fn open_with(settings: &Spool, sync_file: SyncFile) -> io::Result<(Store, Recovered)> {
        let directory = &settings.directory;
        let mut folder = Folder::take(directory)?;
        let mut recovery = loop {
            let mut recovery = Recovery::default();
            recovery.add_own(&folder)?;
            if recovery.recovered.unreadable.is_empty() && recovery.recovered.unknown.is_empty() {
                break recovery;
            }
            // what can be read there is taken over below
            folder = folder.next_free(directory)?;
        };
        recovery.take_over(directory, &folder, settings.max_age);
        let cursor = Cursor::open(folder.path())?;
        let recovered = std::mem::take(&mut recovery.recovered);
        let mut state = State::new(recovery, cursor);
        let recovered = state.only_new(recovered);
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Ok((Store { folder, settings: settings.clone(), state, changed, sync_file }, recovered))
    }

    /// A thread that panicked under the lock left nothing half done that matters.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
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
        acknowledges: u64,
        written: impl FnOnce(),
    ) -> Result<(), AppendError> {
        let label_bytes = label.to_bytes();
        let mut state = self.lock();
        let length = (label_bytes.len() + body.len()) as u64;
        if state.bytes() + length > self.settings.max_bytes {
            return Err(AppendError::Full);
        }
        let writer = state.writer(&self.folder).map_err(AppendError::Disk)?;
        let (number, appended) = (writer.number(), writer.append(&[&label_bytes, body]));
        let end = writer.end();
        state.set_length(number, end);
        match appended {
            Ok(payload) => {
                written();
                let storage = Storage::Disk { kind: Kind::Main, number, payload };
                state.entries.push_back(Entry { storage, operations: label.total(), acknowledges });
                state.unsynced.get_or_insert_with(Instant::now);
                drop(state);
                self.changed.notify_all();
                Ok(())
            }
            Err((error, is_broken)) => {
                if is_broken {
                    state.retire_writer();
                }
                Err(AppendError::Disk(error))
            }
        }
    }

    /// Holds a record in memory that the disk does not take, if there is none yet. Returns whether it does.
    pub(crate) fn hold(&self, label: &Label, body: &[u8], acknowledges: u64) -> bool {
        let mut state = self.lock();
        if state.entries.iter().any(|entry| matches!(entry.storage, Storage::Memory(_))) {
            return false;
        }
        let storage = Storage::Memory([&label.to_bytes(), body].concat().into());
        state.entries.push_back(Entry { storage, operations: label.total(), acknowledges });
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Says that these tickets are settled with the newest record. `false`: there is none.
    pub(crate) fn acknowledges(&self, ticket: u64) -> bool {
        let mut state = self.lock();
        let Some(newest) = state.entries.back_mut() else { return false };
        newest.acknowledges = newest.acknowledges.max(ticket);
        true
    }

    /// Whether all has been delivered.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// The next record, when there is one.
    pub(crate) fn wait(&self) -> NextRecord {
        let mut state = self.lock();
        loop {
            let due = state.quarantine.due(state.entries.is_empty()).filter(|_| !state.closed);
            if let Some(entry) = due.or(state.entries.front()) {
                return NextRecord::Record(entry.clone());
            }
            if state.closed {
                state.remove_delivered(&self.folder, 0);
                return NextRecord::Over;
            }
            let tick =
                if state.files.is_empty() { TAKE_OVER_INTERVAL } else { self.settings.sync_every.max(TICK) };
            let (next, timeout) =
                self.changed.wait_timeout(state, tick).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if !timeout.timed_out() || !state.entries.is_empty() || state.closed {
                continue;
            }
            state.remove_delivered(&self.folder, 0);
            state.quarantine.wake();
            let recovered = self.take_over(&mut state);
            if recovered != Recovered::default() {
                return NextRecord::TakenOver(recovered);
            }
        }
    }

    /// Takes what others have left that have ended since this was opened.
    fn take_over(&self, state: &mut State) -> Recovered {
        let mut recovery = Recovery::from(state.next_number, state.recently_checked());
        recovery.take_over(&self.settings.directory, &self.folder, self.settings.max_age);
        let recovered = std::mem::take(&mut recovery.recovered);
        state.add(recovery);
        state.only_new(recovered)
    }

    /// Reads a record. `None`: it is not what was written.
    ///
    /// # Errors
    /// If the disk fails.
    pub(crate) fn read(&self, entry: &Entry) -> io::Result<Option<Payload>> {
        let (kind, number, payload) = match &entry.storage {
            Storage::Memory(bytes) => return Ok(Some(Payload::Held(bytes.clone()))),
            Storage::Disk { kind, number, payload } => (*kind, *number, payload),
        };
        let read = match File::open(segment::path(self.folder.path(), kind, number)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && kind == Kind::Main => {
                self.lock().deleted_while_open(number).map_or(Err(error), |writer| writer.read_back(payload))
            }
            file => segment::read(&file?, payload),
        };
        Ok(read?.map(Payload::Read))
    }

    /// Notes that a record is settled, the oldest or one that was set aside, and returns the ticket below which all
    /// are. Files whose records all are settled get deleted.
    pub(crate) fn done(&self, entry: &Entry) -> u64 {
        let mut state = self.lock();
        if let Storage::Disk { kind: kind @ Kind::Quarantine, number, .. } = entry.storage {
            state.quarantine.remove(entry);
            let _ = fs::remove_file(segment::path(self.folder.path(), kind, number));
            return 0;
        }
        let Some(entry) = state.entries.pop_front() else { return 0 };
        if let Storage::Disk { number, payload, .. } = entry.storage {
            // if it cannot be written, some runs may be sent once more
            let _ = state.cursor.write(number, payload.end);
        }
        state.quarantine.main_advanced();
        state.remove_delivered(&self.folder, DELIVERED);
        entry.acknowledges
    }

    /// How old records may get.
    pub(crate) fn max_age(&self) -> Duration {
        self.settings.max_age
    }

    /// How many operations wait.
    pub(crate) fn left(&self) -> u64 {
        let state = self.lock();
        state.entries.iter().map(|entry| entry.operations).sum::<u64>() + state.quarantine.operations()
    }

    /// Nothing more will be appended.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}
