//! A run while it lives: its place in the trace, its state, its end, and `RunTree`, the handle to it.
//!
//! In: a parent and settings that `context` or `call` chose. Out: operations, submitted to the run's sink. It never looks
//! for a parent, and runs no user code under a lock.

pub(crate) mod additions;
pub(crate) mod ancestry;
pub(crate) mod around;
pub(crate) mod bind;
pub(crate) mod child_checks;
mod describe;
mod fields;
pub(crate) mod head;
pub(crate) mod inherited_settings;
pub(crate) mod keep_open;
pub(crate) mod lifecycle;
pub(crate) mod node;
pub(crate) mod object_id;
mod project;
mod reserved;
mod run_id;
pub(crate) mod run_tree;
mod scope;
mod status;
#[cfg(test)]
mod tests;
