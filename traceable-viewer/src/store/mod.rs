//! The SQLite file: its tables, its one writer and its readers.
//!
//! In: batches of changes and edits, through [`WriterHandle`]; each is answered after its commit. Out: runs, traces and feedback,
//! through [`Store`]. Never: a write outside the writer thread, HTTP, half an operation.

mod attachments;
mod batch_progress;
mod connection;
mod deletion;
mod edit;
mod error;
mod feedback;
mod functions;
mod file_space;
mod merge;
mod merge_rule;
mod orphans;
mod otel_twins;
mod payload;
mod private_files;
mod project;
// making and changing projects is for version 1 of the API
#[allow(dead_code)]
mod projects;
mod prune;
mod reader;
mod retention;
mod run_row;
mod schema;
mod share;
mod turns;
mod write_error;
mod write_lock;
mod writer;
mod writer_file;

pub(crate) use batch_progress::BatchReport;
pub(crate) use connection::{Reader, open_reader};
pub use error::StoreError;
pub(crate) use projects::StoredProject;
pub(crate) use reader::load_rows;
pub(crate) use share::{Shared, share, unshare};
pub use prune::{PruneReport, prune};
pub(crate) use prune::{Pruning, shorten_log};
pub use reader::Store;
pub use retention::Retention;
#[cfg(test)]
pub(crate) use write_error::WriteError;
pub use write_lock::WriteLock;
pub(crate) use writer::{SubmitError, Writer, WriterHandle};
