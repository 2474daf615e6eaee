//! A local collector and viewer for LangSmith-style traces, on one SQLite file.
//!
//! The binary `traceable` runs it (`traceable serve`) and shows traces in the terminal (`traceable tree`). This library
//! is for programs that carry the collector with them: tests, examples, tools.
//!
//! ```
//! use traceable_viewer::{Viewer, render_tree};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let db = dir.path().join("traceable.db");
//! let viewer = Viewer::builder().db(&db).port(0).start()?;
//! // .. a program sends its runs to `viewer.url()`, then:
//! if let Some(latest) = viewer.store().latest_trace()? {
//!     println!("{}", render_tree(&viewer.store().trace(latest.trace_id)?));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Rooms
//!
//! Each uses only those above it.
//!
//! | room | what it does |
//! |---|---|
//! | `printable` | text of others, made safe for a terminal |
//! | `model` | runs, changes to runs, times, dotted orders |
//! | `store` | the SQLite file: tables, the one writer, readers, how a change is merged into a run |
//! | `ingest` | from the bytes of a request to changes: decompression, multipart, JSON, fields |
//! | `api` | routes, answers, who may call, how much memory requests may take |
//! | `viewer` | all of it on a thread, to start and stop |
//! | `tree` | a trace as text |
//!
//! # What it speaks
//!
//! `GET /info`, `POST /runs/multipart`, `POST /runs/batch`, `POST /runs` and `PATCH /runs/{id}`, each also below `/api`,
//! `/api/v1` and `/v1`; bodies plain, gzip or zstd. A request is answered with 202 when its runs are committed. Runs that
//! cannot be taken do not keep the others out: the answer is 202 with a list of them, and 422 only when none was good.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod api;
mod error_chain;
mod ingest;
mod model;
mod printable;
mod store;
mod tree;
mod viewer;

/// What the fuzz targets call.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing {
    use crate::ingest::{Limits, boundary, read_multipart};

    /// A body of `POST /runs/multipart`.
    pub fn multipart(content_type: &str, body: &[u8]) {
        let Ok(boundary) = boundary(content_type) else { return };
        let _ = read_multipart(&bytes::Bytes::copy_from_slice(body), &boundary, &Limits::default());
    }
}

#[doc(hidden)]
pub use error_chain::error_chain;
pub use model::run::{AttachmentInfo, RunStatus, StoredFeedback, StoredRun, TraceSummary};
pub use store::{Store, StoreError};
pub use tree::render_tree;
pub use viewer::{Viewer, ViewerBuilder, ViewerError};

/// The port that is listened on when none is given: the one of LangSmith's own backend.
pub const DEFAULT_PORT: u16 = 1984;

/// The database file when none is given, in the current directory.
pub const DEFAULT_DB: &str = "traceable.db";
