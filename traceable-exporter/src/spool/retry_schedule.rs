//! When quarantined records are tried again.

use std::time::{Duration, Instant};

use super::entry::{Entry, Storage};

/// After the first failed try, and twice as long after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The quarantined records. Each is in a file of its own.
#[derive(Default)]
pub(super) struct RetrySchedule {
    records: Vec<Record>,
    /// Another record may be quarantined only after a delivery: a server that fails on everything is not a record's fault.
    is_closed: bool,
    /// One was tried since a record of the main files was acknowledged. There may be many, each of which costs a failed
    /// request and a pause: the main files must not wait for all of them.
    has_had_turn: bool,
}

struct Record {
    entry: Entry,
    length: u64,
    /// `None`: as soon as the server accepts something, or nothing else is to be done.
    due: Option<Instant>,
    pause: Duration,
}

impl RetrySchedule {
    pub(super) fn new(recovery: Vec<(Entry, u64)>) -> RetrySchedule {
        let mut quarantine = RetrySchedule::default();
        quarantine.add(recovery);
        quarantine
    }

    pub(super) fn add(&mut self, recovery: Vec<(Entry, u64)>) {
        let new = recovery.into_iter().map(|(entry, length)| Record {
            entry,
            length,
            due: None,
            pause: FIRST_PAUSE,
        });
        self.records.extend(new);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.records.iter().map(|record| record.length).sum()
    }

    pub(super) fn operations(&self) -> u64 {
        self.records.iter().map(|record| record.entry.operations).sum()
    }

    /// Whether a record may be quarantined.
    pub(super) fn is_open(&self) -> bool {
        !self.is_closed
    }

    pub(super) fn push(&mut self, entry: Entry, length: u64) {
        self.add(vec![(entry, length)]);
        self.is_closed = true;
    }

    /// Notes that the server has accepted a record of the main files.
    pub(super) fn server_accepted(&mut self) {
        self.is_closed = false;
        self.wake();
    }

    /// Makes due now what was not tried since it was quarantined or found.
    pub(super) fn wake(&mut self) {
        let now = Instant::now();
        for record in &mut self.records {
            record.due.get_or_insert(now);
        }
    }

    /// A record that is due, where it is the quarantine's turn.
    pub(super) fn due(&self, is_main_empty: bool) -> Option<&Entry> {
        if self.has_had_turn && !is_main_empty {
            return None;
        }
        let now = Instant::now();
        let is_due = |record: &&Record| record.due.is_some_and(|due| due <= now);
        self.records.iter().find(is_due).map(|record| &record.entry)
    }

    /// Notes that a record of the main files was acknowledged.
    pub(super) fn main_advanced(&mut self) {
        self.has_had_turn = false;
    }

    /// The first, due or not.
    pub(super) fn first(&self) -> Option<&Entry> {
        self.records.first().map(|record| &record.entry)
    }

    /// Removes a record that is acknowledged.
    pub(super) fn remove(&mut self, entry: &Entry) {
        self.has_had_turn = true;
        self.records.retain(|record| number(&record.entry) != number(entry));
    }

    /// Notes that a record was tried in vain.
    pub(super) fn postpone(&mut self, entry: &Entry) {
        self.has_had_turn = true;
        if let Some(record) = self.records.iter_mut().find(|record| number(&record.entry) == number(entry)) {
            record.due = Instant::now().checked_add(record.pause);
            record.pause = (record.pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn number(entry: &Entry) -> Option<u64> {
    match entry.storage {
        Storage::Disk { number, .. } => Some(number),
        Storage::Memory(_) => None,
    }
}
