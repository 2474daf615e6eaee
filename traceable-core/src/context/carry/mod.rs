//! Futures, streams, iterators, sinks and bodies that carry a context to where it would not be found.
//!
//! In: a value and a context, or an `Extra` for the call that returned it. Out: `InContext`, which enters the context for
//! every poll and for the drop. It never keeps a context entered between two polls.

#[cfg(feature = "http-body")]
pub(crate) mod body;
pub(crate) mod in_context;
#[cfg(feature = "futures-sink")]
pub(crate) mod sink;
mod target;
