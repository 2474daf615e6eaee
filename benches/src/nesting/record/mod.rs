//! What each library recorded, as [`Record`](crate::tree::Record)s.

pub mod fastrace;
pub mod traceable;
pub mod tracing;

use std::sync::Mutex;

use crate::tree::Record;

static REPLACED: Mutex<Option<Vec<Record>>> = Mutex::new(None);

/// For a case that records on its own: what it found, instead of what the whole process did.
pub fn replace(records: Vec<Record>) {
    *REPLACED.lock().unwrap() = Some(records);
}

pub fn replaced() -> Option<Vec<Record>> {
    REPLACED.lock().unwrap().take()
}

/// Puts what a destination was sent under a root with the name of the destination.
pub fn into_sink(name: &str, number: u128, records: Vec<Record>) -> Vec<Record> {
    let sink = u128::MAX - number;
    let node = |id, parent, name| Record { id, parent, trace: 0, name, start: 0, end: Some(0), status: None };
    let mut all = vec![node(sink, None, name.to_owned())];
    // ids of two recordings may be the same
    let own = |id: u128| id ^ (number << 120);
    all.extend(records.into_iter().map(|record| Record {
        id: own(record.id),
        parent: record.parent.map(own).or(Some(sink)),
        trace: 0,
        ..record
    }));
    all
}
