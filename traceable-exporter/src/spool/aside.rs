//! Records that the server fails on while it takes others, and when they are tried again.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use super::entry::{Entry, Place};
use super::record::Label;
use super::segment::{self, Kind, Writer};
use super::state::sync_folder;
use super::store::Store;

/// After the first time that it failed again, and twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Each is in a file of its own.
#[derive(Default)]
pub(super) struct Aside {
    records: Vec<Record>,
    /// Another may be set aside only when something was delivered since: a server that fails on everything is not
    /// a record's fault.
    is_closed: bool,
    /// One was tried since something in the line was settled. There may be many, each of which costs a request that
    /// fails and a pause: the line must not wait for all of them.
    has_had_turn: bool,
}

struct Record {
    entry: Entry,
    length: u64,
    /// `None`: when the server is seen to take something, or nothing else is to be done.
    due: Option<Instant>,
    pause: Duration,
}

impl Aside {
    pub(super) fn new(found: Vec<(Entry, u64)>) -> Aside {
        let mut aside = Aside::default();
        aside.add(found);
        aside
    }

    pub(super) fn add(&mut self, found: Vec<(Entry, u64)>) {
        let new =
            found.into_iter().map(|(entry, length)| Record { entry, length, due: None, pause: FIRST_PAUSE });
        self.records.extend(new);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.length).sum()
    }

    pub(super) fn operations(&self) -> u64 {
        self.records.iter().map(|record| record.entry.operations).sum()
    }

    /// Whether a record may be set aside.
    pub(super) fn is_open(&self) -> bool {
        !self.is_closed
    }

    pub(super) fn push(&mut self, entry: Entry, length: u64) {
        self.add(vec![(entry, length)]);
        self.is_closed = true;
    }

    /// Notes that the server has taken something that waited in the line.
    pub(super) fn server_takes(&mut self) {
        self.is_closed = false;
        self.wake();
    }

    /// Those are due now that were not tried yet since they were set aside, or found.
    pub(super) fn wake(&mut self) {
        let now = Instant::now();
        for record in &mut self.records {
            record.due.get_or_insert(now);
        }
    }

    /// One that is due, where that is its turn.
    pub(super) fn due(&self, is_line_empty: bool) -> Option<&Entry> {
        if self.has_had_turn && !is_line_empty {
            return None;
        }
        let now = Instant::now();
        let is_due = |record: &&Record| record.due.is_some_and(|due| due <= now);
        self.records.iter().find(is_due).map(|record| &record.entry)
    }

    /// Notes that something in the line was settled.
    pub(super) fn line_goes_on(&mut self) {
        self.has_had_turn = false;
    }

    /// The first, due or not.
    pub(super) fn first(&self) -> Option<&Entry> {
        self.records.first().map(|record| &record.entry)
    }

    /// Takes one out that is settled.
    pub(super) fn remove(&mut self, entry: &Entry) {
        self.has_had_turn = true;
        self.records.retain(|record| number(&record.entry) != number(entry));
    }

    /// Notes that one was tried in vain.
    pub(super) fn put_off(&mut self, entry: &Entry) {
        self.has_had_turn = true;
        if let Some(record) = self.records.iter_mut().find(|record| number(&record.entry) == number(entry)) {
            record.due = Instant::now().checked_add(record.pause);
            record.pause = (record.pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn number(entry: &Entry) -> Option<u64> {
    match entry.place {
        Place::Disk { number, .. } => Some(number),
        Place::Memory(_) => None,
    }
}

impl Store {
    /// The first of the records that were set aside, due or not.
    pub(crate) fn first_aside(&self) -> Option<Entry> {
        self.lock().aside.first().cloned()
    }

    /// Notes that the server has taken the oldest record.
    pub(crate) fn server_takes(&self) {
        self.lock().aside.server_takes();
    }

    /// Sets the oldest record aside, or what is left of it, on disk: others wait, and the server has taken something since
    /// the last was. `false`: it stays the first.
    pub(crate) fn set_aside(&self, entry: &Entry, rest: Option<(&Label, &[u8])>) -> bool {
        let Place::Disk { number, payload, .. } = &entry.place else { return false };
        {
            let state = self.lock();
            let is_room = state.aside.bytes() + payload.end - payload.start <= self.settings.max_bytes / 4;
            if !(state.entries.len() > 1 && state.aside.is_open() && is_room) {
                return false;
            }
        }
        let own = || File::open(segment::path(self.folder.path(), Kind::Line, *number));
        let written = match rest {
            None => self.write_aside(entry.operations, |writer| writer.append_copy(&own()?, payload)),
            Some(rest) => self.write_rest_aside(rest),
        };
        let Ok((aside, length)) = written else { return false };
        self.lock().aside.push(aside, length);
        true
    }

    /// Keeps what is left of a record that was set aside, after part of it was delivered.
    pub(crate) fn shorten_aside(&self, rest: (&Label, &[u8])) -> bool {
        let Ok((aside, length)) = self.write_rest_aside(rest) else { return false };
        let mut state = self.lock();
        state.aside.push(aside.clone(), length);
        state.aside.put_off(&aside);
        true
    }

    fn write_rest_aside(&self, (label, body): (&Label, &[u8])) -> io::Result<(Entry, u64)> {
        let parts = [&label.to_bytes(), body];
        self.write_aside(label.total(), |writer| writer.append(&parts).map_err(|(error, _)| error))
    }

    /// Writes a file for one record: neither who writes to the line nor who syncs that waits for it. It is on the disk
    /// before the record leaves the line.
    fn write_aside(
        &self,
        operations: u64,
        append: impl FnOnce(&mut Writer) -> io::Result<Range<u64>>,
    ) -> io::Result<(Entry, u64)> {
        let number = self.lock().take_number();
        let mut writer = Writer::create(self.folder.path(), Kind::Aside, number)?;
        let appended = append(&mut writer).and_then(|payload| {
            (self.sync_file)(&writer.file())?;
            Ok(payload)
        });
        if appended.is_err() {
            let _ = fs::remove_file(segment::path(self.folder.path(), Kind::Aside, number));
        }
        sync_folder(&self.folder);
        let place = Place::Disk { kind: Kind::Aside, number, payload: appended? };
        Ok((Entry { place, operations, settles: 0 }, writer.end()))
    }

    /// Notes that a record that was set aside was tried again, in vain.
    pub(crate) fn put_off(&self, entry: &Entry) {
        self.lock().aside.put_off(entry);
    }
}
