//! The store: appends records at one end of the main files, and hands them out from the other.

use std::fs::{self, File};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::age::{Clock, Expired, WrittenAt};
use super::cursor::Cursor;
use super::entry::{AppendError, Entry, NextRecord, Recovered, Storage};
use super::folder::Folder;
use super::record::{Label, Payload};
use super::recovery::Recovery;
use super::segment::{self, FileKind};
use super::settings::Spool;
use super::state::State;

/// The current file is deleted when it is longer than this and wholly acknowledged, or when nothing waits.
const KEEP: u64 = 1 << 20;
/// How long the store must be idle, at least, until acknowledged files are deleted.
const TICK: Duration = Duration::from_millis(100);
/// How often an idle store looks for folders of exporters that have ended.
const TAKE_OVER_INTERVAL: Duration = Duration::from_secs(2);

/// Syncs a file.
pub(super) type SyncFile = Box<dyn Fn(&File) -> io::Result<()> + Send + Sync>;

/// One exporter's folder of the spool, and the records that wait there.
pub(crate) struct SpoolStore {
    pub(super) settings: Spool,
    pub(super) clock: Clock,
    pub(super) state: Mutex<State>,
    /// Wakes the threads that wait for a record to send or to sync.
    pub(super) changed: Condvar,
    pub(super) sync_file: SyncFile,
}

impl SpoolStore {
    /// Locks a process folder, recovers its records, and takes over those of exporters that have ended.
    ///
    /// # Errors
    /// If the folder cannot be created, read or written to.
    pub(crate) fn open(settings: &Spool) -> io::Result<(SpoolStore, Recovered)> {
        SpoolStore::open_with(settings, Box::new(File::sync_data), Clock::new())
    }

    /// As [`open`](Self::open), with another way to sync, and another clock.
    pub(super) fn open_with(
        settings: &Spool,
        sync_file: SyncFile,
        clock: Clock,
    ) -> io::Result<(SpoolStore, Recovered)> {
        let directory = &settings.directory;
        let mut folder = Folder::take(directory)?;
        let mut recovery = loop {
            let mut recovery = Recovery::default();
            recovery.add_own(&folder, &clock)?;
            if recovery.recovered.unreadable.is_empty() && recovery.recovered.unknown.is_empty() {
                break recovery;
            }
            // its readable files are taken over below
            folder = folder.next_free(directory)?;
        };
        recovery.take_over(directory, &folder, settings.max_age, &clock);
        let cursor = Cursor::open(folder.path())?;
        let recovered = std::mem::take(&mut recovery.recovered);
        let mut state = State::new(folder, recovery, cursor);
        let recovered = state.only_unreported(recovered);
        let (state, changed) = (Mutex::new(state), Condvar::new());
        Ok((SpoolStore { settings: settings.clone(), clock, state, changed, sync_file }, recovered))
    }

    /// Ignores poison: a thread that panicked under the lock left nothing inconsistent.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process folder in use.
    pub(super) fn folder(&self) -> Arc<Folder> {
        self.lock().folder.clone()
    }

    /// The time of a record that is written now.
    pub(crate) fn now(&self) -> WrittenAt {
        self.clock.now()
    }

    /// When a record is too old; `None`: not while this process lives.
    ///
    /// # Errors
    /// It is already.
    pub(crate) fn expires_at(&self, label: &Label) -> Result<Option<Instant>, Expired> {
        self.clock.expires_at(label.written_at, self.settings.max_age)
    }

    /// Appends a record. Calls `written` when it is in the file, before another thread can see it.
    ///
    /// # Errors
    /// If the spool is full or the disk fails. Nothing of the record is left then.
    pub(crate) fn append(
        &self,
        label: &Label,
        body: &[u8],
        acknowledges: u64,
        written: impl FnOnce(),
    ) -> Result<(), AppendError> {
        let label_bytes = label.to_bytes();
        let mut state = self.lock();
        state.restore(&self.settings.directory).map_err(AppendError::Disk)?;
        let length = (label_bytes.len() + body.len()) as u64;
        if state.bytes() + length > self.settings.max_bytes {
            return Err(AppendError::Full);
        }
        let (number, payload) = state.append(&[&label_bytes, body]).map_err(AppendError::Disk)?;
        written();
        let storage = Storage::Disk { kind: FileKind::Main, number, payload };
        state.entries.push_back(Entry { storage, operations: label.total(), acknowledges });
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    /// Holds a record in memory, as the disk does not take it. `held` is called when it is there, before anybody can take it.
    /// `false`: another record is held already.
    pub(crate) fn hold(&self, label: &Label, body: &[u8], acknowledges: u64, held: impl FnOnce()) -> bool {
        let mut state = self.lock();
        if state.entries.iter().any(|entry| matches!(entry.storage, Storage::Memory(_))) {
            return false;
        }
        let storage = Storage::Memory([&label.to_bytes(), body].concat().into());
        held();
        state.entries.push_back(Entry { storage, operations: label.total(), acknowledges });
        drop(state);
        self.changed.notify_all();
        true
    }

    /// Acknowledges the tickets below this one together with the newest record of this exporter. `false`: there is no such
    /// record.
    pub(crate) fn acknowledge_with_newest(&self, ticket: u64) -> bool {
        let mut state = self.lock();
        let newest = state.entries.iter_mut().rfind(|entry| !entry.is_recovered());
        let Some(newest) = newest else { return false };
        newest.acknowledges = newest.acknowledges.max(ticket);
        true
    }

    /// Whether no record waits, apart from the quarantine.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().entries.is_empty()
    }

    /// Waits for the next thing to do. Deletes acknowledged files and takes over folders while idle.
    pub(crate) fn wait(&self) -> NextRecord {
        let mut state = self.lock();
        loop {
            let due = state.quarantine.due(state.entries.is_empty()).filter(|_| !state.closed);
            if let Some(entry) = due.or(state.entries.front()) {
                return NextRecord::Record(entry.clone());
            }
            if state.closed {
                state.delete_acknowledged(0);
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
            state.delete_acknowledged(0);
            state.quarantine.wake();
            let recovered = self.take_over(&mut state);
            if recovered != Recovered::default() {
                return NextRecord::TakenOver(recovered);
            }
        }
    }

    /// Takes over the folders of exporters that have ended meanwhile.
    fn take_over(&self, state: &mut State) -> Recovered {
        let mut recovery = Recovery::from(state.next_number, state.recently_checked());
        recovery.take_over(&self.settings.directory, &state.folder, self.settings.max_age, &self.clock);
        let recovered = std::mem::take(&mut recovery.recovered);
        state.add(recovery);
        state.only_unreported(recovered)
    }

    /// Lets what was recovered be synced, when it is accounted for.
    pub(crate) fn sync_recovered(&self) {
        self.lock().sync_recovered();
        self.changed.notify_all();
    }

    /// Reads a record. `None`: it is damaged.
    ///
    /// # Errors
    /// If the disk fails.
    pub(crate) fn read(&self, entry: &Entry) -> io::Result<Option<Payload>> {
        loop {
            let (storage, folder) = {
                let state = self.lock();
                (state.storage_of(entry), state.folder.clone())
            };
            let (kind, number, payload) = match storage {
                Storage::Memory(bytes) => return Ok(Some(Payload::Held(bytes))),
                Storage::Lost => return Ok(None),
                Storage::Disk { kind, number, payload } => (kind, number, payload),
            };
            let read = match File::open(segment::path(folder.path(), kind, number)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound && kind == FileKind::Main => {
                    let mut state = self.lock();
                    match state.deleted_file(number) {
                        Some(file) => segment::read_deleted(&file, &payload),
                        None if state.number_of(entry) != Some(number) => continue,
                        None => Err(error),
                    }
                }
                file => {
                    let file = Arc::new(file?);
                    if kind == FileKind::Main {
                        self.lock().reading = Some((number, file.clone()));
                    }
                    segment::read(&file, &payload)
                }
            };
            return Ok(read?.map(Payload::Read));
        }
    }

    /// Acknowledges a record, the oldest or a quarantined one, whatever became of it. Returns the ticket below which
    /// all are acknowledged. Deletes files whose records all are.
    pub(crate) fn acknowledge(&self, entry: &Entry) -> u64 {
        let mut state = self.lock();
        if let Storage::Disk { kind: kind @ FileKind::Quarantine, number, .. } = entry.storage {
            state.quarantine.remove(entry);
            let _ = fs::remove_file(segment::path(state.folder.path(), kind, number));
            return 0;
        }
        let Some(entry) = state.entries.pop_front() else { return 0 };
        if let Storage::Disk { number, payload, .. } = entry.storage {
            // if this fails, some runs may be sent once more
            let _ = state.cursor.write(number, payload.end);
        }
        state.quarantine.main_advanced();
        state.delete_acknowledged(KEEP);
        entry.acknowledges
    }

    /// How many operations wait, quarantined ones included.
    pub(crate) fn operations_left(&self) -> u64 {
        let state = self.lock();
        state.entries.iter().map(|entry| entry.operations).sum::<u64>() + state.quarantine.operations()
    }

    /// Closes the store: nothing more is appended, and its threads end when nothing waits.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}
