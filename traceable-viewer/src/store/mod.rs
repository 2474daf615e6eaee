//! The SQLite file: its tables, its one writer and its readers.
//!
//! In: batches of changes and edits, through [`WriterHandle`]; each is answered after its commit. Out: runs, traces and feedback,
//! through [`Store`]. Never: a write outside the writer thread, HTTP, half an operation.

mod attachments;
mod attributes;
mod backfill;
mod batch_progress;
mod connection;
mod deletion;
mod edit;
mod error;
mod feedback;
mod feedback_query;
mod file_space;
mod functions;
mod merge;
mod merge_rule;
mod orphans;
mod otel_twins;
mod payload;
mod private_files;
mod project;
mod project_deletion;
mod projects;
mod prune;
mod prune_plan;
mod reader;
mod retention;
mod run_facts;
mod run_row;
mod run_text;
mod schema;
mod share;
mod time_limit;
mod touched;
mod trace_totals;
mod turns;
mod write_error;
mod write_lock;
mod writer;
mod writer_file;
mod writer_settings;

pub(crate) use batch_progress::BatchReport;
pub(crate) use connection::{Reader, open_reader};
pub use error::StoreError;
pub(crate) use feedback::{delete as delete_feedback, load as load_feedback, save as save_feedback};
pub(crate) use feedback_query::FeedbackQuery;
pub(crate) use project_deletion::delete_some_runs;
pub(crate) use projects::{
    NameTaken, ProjectEdit, StoredProject, find_or_create_project, id_of_name, save_project,
};
pub use prune::{PruneReport, prune};
pub(crate) use prune::{Pruning, log_written, shorten_log};
pub use prune_plan::{PrunePlan, plan_prune};
pub use reader::Store;
pub(crate) use reader::load_runs;
pub use retention::Retention;
pub(crate) use share::{Shared, share, unshare};
#[cfg(test)]
pub(crate) use write_error::WriteError;
pub use write_lock::WriteLock;
pub(crate) use writer::{SubmitError, Writer, WriterHandle};
pub(crate) use writer_settings::WriterSettings;
