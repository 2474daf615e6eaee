//! What the store returns: records that wait, what was recovered, why an append failed.

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::segment::FileKind;

/// One record that is not acknowledged yet.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) storage: Storage,
    pub(crate) operations: u64,
    /// All tickets of the queue below this one are acknowledged when this record and those before it are. Zero if it was
    /// recovered: a former process wrote it.
    pub(crate) acknowledges: u64,
}

#[derive(Clone)]
pub(crate) enum Storage {
    Disk {
        kind: FileKind,
        number: u64,
        payload: Range<u64>,
    },
    /// Held in memory, as the disk did not take it.
    Memory(Arc<[u8]>),
    /// Somebody has deleted its file.
    Lost,
}

impl Entry {
    /// The number of its main file, if it is in one.
    pub(super) fn main_number(&self) -> Option<u64> {
        match self.storage {
            Storage::Disk { kind: FileKind::Main, number, .. } => Some(number),
            _ => None,
        }
    }

    /// Whether a former process wrote it, and it is not in quarantine.
    pub(crate) fn is_recovered(&self) -> bool {
        self.acknowledges == 0 && !self.is_quarantined()
    }

    pub(crate) fn is_on_disk(&self) -> bool {
        matches!(self.storage, Storage::Disk { .. })
    }

    /// Whether it is in a quarantine file.
    pub(crate) fn is_quarantined(&self) -> bool {
        matches!(self.storage, Storage::Disk { kind: FileKind::Quarantine, .. })
    }
}

/// What the sender is to do next.
pub(crate) enum NextRecord {
    /// Deliver this record: the oldest, or a quarantined one that is due.
    Record(Entry),
    /// Account for what was taken over; its records come next.
    TakenOver(Recovered),
    /// Stop: the store is closed and empty.
    Over,
}

/// What former processes left on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recovered {
    pub(crate) operations: u64,
    /// Quarantined operations.
    pub(crate) quarantined: u64,
    /// Bytes that belong to no whole record.
    pub(crate) damaged: u64,
    /// Files that cannot be read, and why. They stay.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
    /// Files of another version. They stay.
    pub(crate) unknown: Vec<PathBuf>,
    /// How many files of another version were deleted because they were too old to be sent.
    pub(crate) outdated: usize,
}

/// What was done after somebody had deleted the folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Restored {
    /// Whether the folder was made again.
    pub(crate) is_new: bool,
    /// Operations that were on disk, and are not any more.
    pub(crate) lost: u64,
}

/// Why a record was not appended.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// The spool holds as many bytes as it may.
    Full,
    Disk(io::Error),
}
