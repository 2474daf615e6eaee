//! What lints are for: each function has something to complain of.

pub mod asynchronous;
pub mod body;
pub mod restriction;
pub mod signature;
pub mod unused;
