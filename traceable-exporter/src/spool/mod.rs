//! Runs that wait on disk.

mod cursor;
mod entry;
mod failed_traces;
mod folder;
mod fsync;
mod quarantine;
mod record;
mod recovery;
mod retry_schedule;
mod scan;
mod segment;
mod settings;
mod state;
mod store;
#[cfg(all(test, not(traceable_loom)))]
mod tests;

pub(crate) use entry::{AppendError, Entry, NextRecord, Recovered};
pub(crate) use failed_traces::{FailedTraces, files as failed_trace_files, read as read_failed_trace};
pub(crate) use folder::Folder;
pub(crate) use record::{Label, Payload};
#[cfg(fuzzing)]
pub(crate) use scan::{Unread, scan};
pub(crate) use segment::Kind;
pub use settings::Spool;
pub(crate) use store::Store;
