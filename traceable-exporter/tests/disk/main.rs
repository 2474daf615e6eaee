//! What is kept on disk: the spool, its quarantine, failed traces, and what is sent from there.

#[path = "../support/mod.rs"]
mod support;

mod failed_traces;
mod replay;
mod spool;
mod spool_destinations;
mod spool_disk;
mod spool_processes;
mod spool_quarantine;
