//! Sinks without a server: several sinks at once, JSON lines, a console.
//!
//! In: operations, from any thread. Out: lines in a file or on a terminal, or the same operations for other sinks.
//! Never blocks a producer: a thread writes, and lines that exceed the buffer are dropped and counted.

mod console;
mod jsonl;
mod open_trees;
mod tee;
mod tree_text;
mod writer_stats;
mod writer_thread;

pub use console::Console;
pub use jsonl::JsonLines;
pub use tee::Tee;
pub use writer_stats::WriterStats;
