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
//! | start and end | `init` (process), `exit` (its end), `replicas` (several destinations), `client` (exporter), `flushing` (a flush as a future), `flush_waiter` (its thread), `worker` (threads), `inner` (what they share) |
//! | on the way | `delivery` (a batch: retries, splits), `line` and `lane` (their order), `gather` (when a batch is made), `batch` (merging), `queue/` (bound, pace, flush, books), `lost_runs` |
//! | on disk | `spooled` (its threads; `sending`), `resend` (what was kept; `delivery/kept`), `replay` (by hand), `failed_traces` (what was given up), `spool/`: `settings`, `store`, `aside` (what the server fails on), `syncing`, `state`, `found` and `scan` (what is there at the start), `segment` (the files), `entry`, `record`, `cursor`, `folder` |
//! | to bytes | `wire/`: `run` (what a run consists of), `trim` (of one that is too large), `stored` and `parts` (out of a body again), `multipart`, `batch_json`, `compress`, `run_json`, `placement` (where runs are put, by which ids), `remap`, `json` |
//! | to the server | `server` (what is known of it), `retry` (what answers mean), `transport` (HTTP), `retry_after`, `server_info` |
//! | what may be sent | `redact/`: `sink`, `apply` (hiding), `part`, `anonymize`, `anonymizer/` (rules, secrets) |
//! | settings | `builder` (with `environment`), `config`, `destination` (who is sent what, with which key), `replica`, `agent` (instead of a project), `profile` (a file with keys), `vars`, `endpoint`, `roots` (authorities), `key`, `error` |
//! | other sinks | `sinks/`: `tee` (several at once), `jsonl` (files), `console`, `open_trees` and `tree_text` (people), `lines` and `line_stats` (their thread) |
//! | what is told | `stats`, `meter`, `report` |
//! | threads that race | `sync` (their locks), `models` (every order of theirs, by loom; says how to run it) |
//!
//! What it promises:
//!
//! - Handing over never waits for a server that is slow or gone; a program that is faster than batches go out may stand
//!   back for moments, if you [let it](ConfigBuilder::pace).
//! - Memory is bounded in bytes: the queue, and the bodies of two batches, of which one is on its way (and the other twice
//!   if its buffer has to grow). Where a server gets [several requests at once](ConfigBuilder::requests_at_once), more
//!   than two batches are in hand only as long as they are 4 MiB together at most, and each thread keeps a buffer of up
//!   to 1 MiB. With a [`Spool`] it is the same: one is written while one is sent, which is read from disk and sent as it
//!   is; unless the server takes it in another form only, when it is there a second time while that is made.
//! - Every operation is delivered, or counted as dropped with a reason, or still queued, or on disk.
//! - The start of a run is sent before its end, but for what the server fails on where there is a [`Spool`].
//! - The same bytes are sent again on a retry, and one unacceptable run does not take others with it.
//! - What the [`Redaction`] takes away waits nowhere, be it in memory or on disk.
//! - Redirects are not followed, and the API key appears nowhere but in the request header.
//! - Nothing is ever printed to standard output.
//!
//! # A server that is away
//!
//! What could not be sent is tried again after a pause: at first of up to half a second, later of up to five, anything
//! from nothing to that, so that many programs do not come back at the same moment. A pause that the server asks for
//! (`Retry-After`, up to a minute) is kept to. After three failures in a row the server is asked a small question
//! (`GET /info`, five seconds at most) before each try, and gets no body until it answers one: bodies may be 20 MiB, and a
//! server that only stalls is known to be back within seconds. One that says it has too much to do (429) is not down.
//! A batch is given up on when the [time for retries](ConfigBuilder::retry_budget) is over, which is counted from its
//! first try. Of several requests that were on their way when the trouble began the oldest alone is tried; the time of
//! each of the others begins again when it is its turn. With a [`Spool`] a request that the server fails on every time, while it answers that question, is set aside on disk so
//! that others go on; without one it is tried until that time is over.
//!
//! While somebody flushes, pauses are no longer than a second, and the one that is going on ends soon, unless the server
//! asked for it: then the flush waits, up to its own deadline. Shutting down waits for no pause beyond its deadline.
//! Where the server closes a kept connection just when a request comes, the request is repeated at once on a new one.
//!
//! # How a program may end
//!
//! | it ends by | what waits then | what to do |
//! |---|---|---|
//! | the return from `main`, with a guard | is waited for by the guard, up to the [exit timeout](ConfigBuilder::exit_timeout) | nothing |
//! | a panic in `main`, with a guard | the same, as the guard is dropped | nothing |
//! | the same without a guard | on Unix, is waited for as long in the end (`atexit`); elsewhere it is lost | keep the guard of [`init`] |
//! | [`std::process::exit`], on any thread | the same: no guard is dropped then | elsewhere than on Unix [`flush`] before |
//! | a panic in another thread | goes on being sent | nothing |
//! | a signal whose handler the program has set | what its own end does with it | end by `exit`, or [`flush`] first; both outside of the handler itself |
//! | a signal without a handler, [`std::process::abort`], `_exit`, `panic = "abort"`, `SIGKILL` | is lost | set a handler for SIGTERM and SIGINT |
//! | `fork` | is sent by the original; the copy begins with an empty queue and threads of its own | nothing |
//! | a machine that is frozen after each answer | waits until it is thawed, if it is | [`ConfigBuilder::flush_on_root_end`], or [`flush`] in the handler |
//!
//! All of them together wait for the exit timeout: the end of a program that has flushed in vain just before takes
//! that time into account. With a [`Spool`], nothing is lost that is on disk, and as soon as all that is left is, and synced,
//! the end waits for a server only while that takes what it is sent: not for one that fails on it, or has said nothing for a
//! second. In async code, [`flush_async`] waits without holding up the thread.

// Layers, from the top down. Each uses only those below it. A run's data comes in at the top and goes down:
//
//   exporter/     what a program holds: Exporter, Replicas, init, flush, exit
//   spooling/     the threads where runs wait on disk: writing, sending, replaying
//   delivery/     the threads where runs wait in memory: batcher, dispatch, in flight, retries, splits
//   server/       one HTTP request, what answers mean, what is known of the server
//   config/       every setting, from the environment, a profile or the program
//   spool/        the files of the spool, and which records wait in them
//   queue/        the bounded queue, its backpressure, and the accounting of every operation
//   sinks/        sinks without a server: console, JSON lines, several at once
//   wire/         runs to bytes and back: multipart, batch, compression, trimming
//   redact/       what may leave the program
//   accounting/   counters, drop reasons, warnings

mod accounting;
mod config;
mod delivery;
mod exporter;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(all(test, traceable_loom))]
mod models;
mod queue;
mod redact;
mod server;
mod sinks;
mod spool;
mod spooling;
mod wire;

pub use accounting::{DropReason, Dropped, FlushReport, Stats};
pub use config::{ApiKey, Config, ConfigBuilder, ConfigError, ConfigErrorKind, InvalidKey, Replica};
pub use exporter::{
    Exporter, Flush, Guard, InitError, Replicas, flush, flush_async, init, init_with, start_lazily,
};
#[cfg(feature = "anonymizer")]
pub use redact::{Anonymizer, InvalidRule, TextLocation};
pub use redact::{RedactingSink, Redaction};
pub use sinks::{Console, JsonLines, Tee, WriterStats};
pub use spool::Spool;
pub use spooling::{ReplayError, Replayed, replay};
