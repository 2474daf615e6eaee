//! Text for terminals: a trace as a tree, and single lines.
//!
//! In: stored runs, and texts that strangers wrote. Out: text that cannot control the terminal. Never: the database,
//! writing to stdout.

mod details;
mod orphans;
mod pretty_json;
mod recorded_metadata;
mod render_run;
mod render_tree;
mod sanitize;
mod table;
mod title;
mod tree_nodes;
mod tree_style;
mod units;

pub use render_run::render_run;
pub use render_tree::{render_tree, render_tree_with};
pub use sanitize::one_line;
pub use table::Table;
pub use tree_style::TreeStyle;
pub use units::{format_bytes, format_cost, format_duration, format_time};
