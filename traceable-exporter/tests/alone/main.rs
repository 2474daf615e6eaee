//! What belongs to a whole process: its own exporter, environment, working directory and hooks, its threads, and the
//! bytes it holds. Each test runs in a process of its own: this program, with that test alone.

#[path = "../support/mod.rs"]
mod support;

mod init;
mod init_replicas;
mod memory;
mod memory_spool;
mod on_warning;
mod sinks_fork;
mod threads;
mod working_directory;

/// For the tests of memory; it changes nothing for the others.
#[global_allocator]
static ALLOCATOR: support::counting::Counting = support::counting::Counting;
