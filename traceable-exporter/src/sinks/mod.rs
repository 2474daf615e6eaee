//! Where runs go besides a server: to several sinks at once, to files, to people.

mod console;
mod jsonl;
mod line_stats;
mod lines;
mod open_trees;
mod tee;
mod tree_text;

pub use console::Console;
pub use jsonl::JsonLines;
pub use line_stats::LineStats;
pub use tee::Tee;
