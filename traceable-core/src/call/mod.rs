//! What the attribute's expansion calls: a [`Call`](token::Call) a call,
//! and one wrapper for each kind of function.

pub(crate) mod block;
pub(crate) mod body;
pub(crate) mod broken_trace;
mod ending;
mod part;
mod recorded;
pub(crate) mod spawned;
pub(crate) mod start;
pub(crate) mod token;
pub(crate) mod wrap;
