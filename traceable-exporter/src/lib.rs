//! Ships the runs of the crate `traceable` over HTTP, in LangSmith's own protocol, in the background.
//!
//! ```no_run
//! let guard = traceable_exporter::init()?; // reads LANGSMITH_*
//! // ... traced calls ...
//! drop(guard); // waits for what is on its way, and reports losses
//! # Ok::<(), traceable_exporter::InitError>(())
//! ```
//!
//! The way of a run, file by file; each uses only those further down in its column:
//!
//! | what | files |
//! |---|---|
//! | start and end | `init` (process), `client` (exporter), `worker` (threads), `inner` (what they share) |
//! | on the way | `delivery` (a batch: retries, splits), `line` (their order), `gather` (when a batch is made), `batch` (merging), `queue/` (bound, pace, flush, books), `lost_runs` |
//! | on disk | `spooled` (its threads), `resend` (what was kept), `replay` (by hand), `failed_traces` (what was given up), `spool/`: `settings`, `store`, `segment` (the files), `record`, `cursor`, `folder` |
//! | to bytes | `wire/`: `run` (what a run consists of), `trim` (of one that is too large), `stored` and `parts` (out of a body again), `multipart`, `batch_json`, `compress`, `run_json`, `json` |
//! | to the server | `server` (what is known of it), `retry` (what answers mean), `transport` (HTTP), `retry_after`, `server_info` |
//! | settings | `builder`, `config`, `vars`, `endpoint`, `key`, `error` |
//! | what is told | `stats`, `meter`, `report` |
//! | threads that race | `sync` (their locks), `models` (every order of theirs, by loom; says how to run it) |
//!
//! What it promises: handing over never waits for a slow server, or one that is gone; memory is bounded in bytes: the
//! queue, and the bodies of two batches, of which one is on its way; every operation is delivered, or counted as dropped
//! with a reason, or still queued; the start of a run is sent before its end; the same bytes are sent again on a retry;
//! one unacceptable run does not take others with it; redirects are not followed; the API key appears nowhere but in the
//! request header; nothing is ever printed to standard output.
//!
//! With `panic = "abort"` a panic anywhere ends the process at once, and what waits is lost. After `fork` the child
//! begins with an empty queue and threads of its own; the parent sends what was queued.

mod batch;
mod builder;
mod client;
mod config;
mod delivery;
mod endpoint;
mod error;
mod failed_traces;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod gather;
mod init;
mod inner;
mod key;
mod line;
mod lost_runs;
mod meter;
#[cfg(all(test, traceable_loom))]
mod models;
mod queue;
mod replay;
mod report;
mod resend;
mod retry;
mod retry_after;
mod server;
mod server_info;
mod spool;
mod spooled;
mod stats;
mod sync;
mod transport;
mod vars;
mod wire;
mod worker;

pub use builder::ConfigBuilder;
pub use client::Exporter;
pub use config::Config;
pub use error::{ConfigError, ConfigErrorKind};
pub use init::{Guard, InitError, flush, init, init_with, start_lazily};
pub use key::{ApiKey, InvalidKey};
pub use replay::{ReplayError, Replayed, replay};
pub use report::Reporter;
pub use spool::Spool;
pub use stats::{DropReason, Dropped, FlushReport, Stats};
