//! Where runs go besides a server: to several sinks at once, to files, to people.

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
