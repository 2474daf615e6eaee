//! What the queue says to those who come to it.

use crate::stats::DropReason;

/// What the caller of [`Queue::submit`] still has to do.
pub(crate) struct Submitted {
    /// The exporter's thread is to be started.
    pub(crate) start_worker: bool,
    /// The exporter's thread does its work but cannot keep up: it is to be given the processor.
    pub(crate) give_way: bool,
    /// The operation was dropped.
    pub(crate) refused: Option<DropReason>,
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
