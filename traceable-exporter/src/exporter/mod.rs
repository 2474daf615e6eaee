//! What a program holds: [`Exporter`], [`Replicas`], the [`Guard`] of `init`, and flushes.
//!
//! In: settings, and operations from the core. Out: operations, redacted, in the queue; reports. Starts the threads of
//! `delivery` or `spooling`. Never touches the bytes of a run.

mod atexit;
mod flush;
mod flush_thread;
mod handle;
mod init;
mod replicas;
mod start;

pub use flush::Flush;
pub use handle::Exporter;
pub use init::{Guard, InitError, flush, flush_async, init, init_with, start_lazily};
pub use replicas::Replicas;
