//! Ships the runs of the crate `traceable` over HTTP, in LangSmith's own protocol, in the background.
//!
//! ```no_run
//! let guard = traceable_exporter::init()?; // reads LANGSMITH_*
//! // ... traced calls ...
//! drop(guard); // flushes, and reports losses
//! # Ok::<(), traceable_exporter::InitError>(())
//! ```
//!
//! # The way of a run
//!
//! ```text
//! a traced call starts or ends
//!   -> Exporter::submit       redacts the operation (Redaction)
//!   -> queue                  merges start and end of a run; bounded in bytes: when full, drops the newest runs
//!   -> batcher                up to 100 runs or 250 ms
//!   -> wire                   encodes: multipart and zstd, or JSON
//!   -> dispatch               keeps order: the end of a run never overtakes its start
//!   -> HTTP                   retries with backoff; probes; halves after a 413
//!   -> acknowledgement        delivered, or dropped for a DropReason: Stats, FlushReport
//!
//! with a Spool: queue -> batcher -> wire -> disk -> HTTP -> acknowledgement
//! ```
//!
//! # What it promises
//!
//! - Submitting never waits for a server that is slow or gone. A program that makes runs faster than batches complete may be
//!   throttled for moments, unless [backpressure](ConfigBuilder::backpressure) is off.
//! - Memory is bounded in bytes: the queue, and the bodies of two batches. One of these is in flight, and the other exists
//!   twice for a moment if its buffer has to grow. With
//!   [concurrent requests](ConfigBuilder::max_concurrent_requests) there are more than two batches only while they are 4 MiB
//!   together at most, and each worker keeps a buffer of up to 1 MiB. With a [`Spool`] one batch is written while another is
//!   sent, straight from disk; a server that takes another format only gets it re-encoded, which needs memory for a second
//!   copy.
//! - Every operation is delivered, dropped for a counted reason, queued, or on disk (waiting, quarantined, or left by a
//!   shutdown).
//! - A run whose start was accepted gets its end, however full the queue is: without its outputs if there is no room for them.
//! - The start of a run is delivered before its end. The exception: requests that a [`Spool`] quarantined.
//! - Delivery is at least once: a request whose answer is lost is sent again, and one that was in flight when a process with a
//!   [`Spool`] was killed may be. The server merges runs by their id.
//! - A retry sends the same bytes. One unacceptable run does not sink its batch.
//! - What the [`Redaction`] removes is never queued, in memory or on disk.
//! - Redirects are not followed. The API key is sent in the request header and appears nowhere else.
//! - Nothing is ever printed to standard output.
//!
//! # When the server is away
//!
//! A failed request is retried with backoff: the first pause is random up to half a second, later ones up to five seconds, so
//! that many programs do not retry at the same moment. A pause that the server asks for (`Retry-After`, up to a minute)
//! counts instead.
//!
//! After three consecutive failures each retry first probes `GET /info` (with a timeout of five seconds); no body is sent until
//! a probe is answered. So a body of 20 MiB is not wasted on a server that stalls, and one that is back is found within
//! seconds. An overloaded server (429) is not probed.
//!
//! A batch is dropped when the [retry timeout](ConfigBuilder::retry_timeout) has passed since its first try. Of several
//! requests in flight only the oldest is retried; the timeout of each of the others begins again when its turn comes.
//! With a [`Spool`] nothing is dropped for that reason, and a request that keeps failing on a healthy server is
//! quarantined on disk, so that others go on. Without a spool it is retried until the retry timeout.
//!
//! A flush shortens pauses to a second at most and soon ends the current one. A pause that the server asked for is
//! kept: the flush then waits for it, up to its own deadline. A shutdown waits for no pause beyond its deadline. When
//! the server closes a kept-alive connection just as a request comes, the request is repeated at once on a new one.
//!
//! # How a program may end
//!
//! | it ends by | what happens to waiting runs | what to do |
//! |---|---|---|
//! | return from `main`, with a guard | the guard flushes, up to the [exit timeout](ConfigBuilder::exit_timeout) | nothing |
//! | panic in `main`, with a guard | the same | nothing |
//! | the same without a guard | on Unix `atexit` flushes as long; elsewhere they are lost | keep the guard of [`init`] |
//! | [`std::process::exit`], on any thread | the same: no guard is dropped | elsewhere than on Unix [`flush`] first |
//! | panic in another thread | they are sent | nothing |
//! | a signal that the program handles | depends on how the program ends then | end by `exit`, or [`flush`] first; both outside of the handler itself |
//! | a signal without a handler, [`std::process::abort`], `_exit`, `panic = "abort"`, `SIGKILL` | they are lost; with a [`Spool`], what is on disk is not | handle SIGTERM and SIGINT |
//! | `fork` | the parent sends them; the child begins with an empty queue and threads of its own | nothing |
//! | a machine that is frozen after each answer | they wait until it is thawed, if it is | [`ConfigBuilder::flush_on_root_end`], or [`flush`] in the handler |
//!
//! All of these share one exit timeout: a program whose flush has just timed out waits that much less. With a [`Spool`] the
//! end of the program waits for the disk, and for a server only while it accepts requests: not for one that fails, or has been
//! silent for a second. If this machine refuses the connection, because no collector is started, the end of the program tries
//! for half a second. In async code, [`flush_async`] waits without blocking the thread.

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
