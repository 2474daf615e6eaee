//! Text for terminals: a trace as a tree, and single lines.
//!
//! In: stored runs, and texts that strangers wrote. Out: text that cannot control the terminal. Never: the database,
//! writing to stdout.

mod orphans;
mod render_tree;
mod sanitize;
mod tree_nodes;

pub use render_tree::render_tree;
pub(crate) use sanitize::one_line;
