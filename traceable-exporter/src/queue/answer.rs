//! What is asked of the queue, and what it says to those who come to it.

use std::time::Instant;

use crate::stats::DropReason;

/// What the caller of [`Queue::submit`] still has to do.
pub(crate) struct Submitted {
    /// The exporter's thread is to be started.
    pub(crate) start_worker: bool,
    /// The exporter gets on but cannot keep up: the thread is to wait a moment.
    pub(crate) stand_back: bool,
    /// The operation was dropped.
    pub(crate) refused: Option<DropReason>,
}

/// What is worth a request: `want` operations together with those that were taken before, or `enough_bytes`, or any that
/// have waited until the `deadline`, or that somebody waits for who flushes.
pub(crate) struct Wish {
    /// Operations that were taken before and are in no batch yet.
    pub(crate) have: usize,
    pub(crate) want: usize,
    pub(crate) enough_bytes: usize,
    /// Of those that were taken before.
    pub(crate) deadline: Option<Instant>,
    /// Tickets below this one are in batches.
    pub(crate) batched: u64,
    /// About how many more can be taken.
    pub(crate) room: usize,
}

/// What the exporter's thread is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Look at what was taken: there is more, or the time is up, or somebody waits.
    Send,
    /// Nothing is left and nothing will come.
    Stop,
}

/// How a pause ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Over,
    /// The deadline of the shut-down has passed.
    Abandoned,
}
