//! What the store speaks of.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::segment::Kind;

/// One record that was not delivered yet.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) storage: Storage,
    pub(crate) operations: u64,
    /// All tickets of the queue below this one are settled when this record and those before it are.
    pub(crate) acknowledges: u64,
}

#[derive(Clone)]
pub(crate) enum Storage {
    Disk {
        kind: Kind,
        number: u64,
        payload: Range<u64>,
    },
    /// The disk would not take it.
    Memory(Arc<[u8]>),
}

impl Entry {
    /// The number of its file, if it waits in the line on disk.
    pub(super) fn main_number(&self) -> Option<u64> {
        match self.storage {
            Storage::Disk { kind: Kind::Main, number, .. } => Some(number),
            _ => None,
        }
    }

    pub(crate) fn is_on_disk(&self) -> bool {
        matches!(self.storage, Storage::Disk { .. })
    }

    /// Whether it was set aside.
    pub(crate) fn is_quarantined(&self) -> bool {
        matches!(self.storage, Storage::Disk { kind: Kind::Quarantine, .. })
    }
}

/// What there is to do.
pub(crate) enum NextRecord {
    /// To deliver a record: the oldest, or one that was set aside and is due.
    Record(Entry),
    /// To take note of what others have left; it will be among the records.
    TakenOver(Recovered),
    /// Nothing, and there will be nothing.
    Over,
}

/// What a former process left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    pub(crate) operations: u64,
    /// Those that were set aside.
    pub(crate) quarantined: u64,
    /// Bytes that were no part of a whole record.
    pub(crate) damaged: u64,
    /// Files that could not be read, and why.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// Files that another version has written.
    pub(crate) unknown: Vec<PathBuf>,
    /// Files that another version has written so long ago that nobody would send them. They are gone.
    pub(crate) outdated: usize,
}

/// Why a record was not appended.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// There are as many bytes as there may be.
    Full,
    Disk(io::Error),
}
