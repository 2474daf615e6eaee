//! When quarantined records are retried.

use std::time::{Duration, Instant};

use super::entry::{Entry, Storage};

/// Pause after the first failed retry; each further failure doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The quarantined records, and when each is due.
#[derive(Default)]
pub(super) struct RetrySchedule {
    records: Vec<Record>,
    /// No further record may be quarantined until the server accepts one: if it fails on everything, no record is to
    /// blame.
    is_closed: bool,
    /// A quarantined record was retried since a main record was acknowledged. Each retry may cost a failed request
    /// and a pause: the main files must not wait for all of them.
    has_had_turn: bool,
}

struct Record {
    entry: Entry,
    length: u64,
    /// `None`: due once the server accepts a record, or nothing else waits.
    due: Option<Instant>,
    pause: Duration,
}

impl RetrySchedule {
    pub(super) fn new(recovered: Vec<(Entry, u64)>) -> RetrySchedule {
        let mut schedule = RetrySchedule::default();
        schedule.add(recovered);
        schedule
    }

    pub(super) fn add(&mut self, entries: Vec<(Entry, u64)>) {
        let new = entries.into_iter().map(|(entry, length)| Record {
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

    /// Makes due every record that was not retried since it was quarantined or recovered.
    pub(super) fn wake(&mut self) {
        let now = Instant::now();
        for record in &mut self.records {
            record.due.get_or_insert(now);
        }
    }

    /// A record that is due, if it is the quarantine's turn.
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

    /// Notes that a retry failed, and schedules the next one.
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
        Storage::Memory(_) | Storage::Lost => None,
    }
}
