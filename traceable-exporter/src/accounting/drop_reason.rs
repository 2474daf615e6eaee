//! The reasons for dropped operations, and a counter for each.

use std::fmt;

/// Why operations were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// The queue was full: the newest runs are dropped, and what follows of a run with its start.
    QueueFull,
    /// A single run is larger than the server takes, even without its attachments, outputs and inputs.
    TooLarge,
    /// The server rejected them (a 4xx or 3xx answer other than those below).
    Rejected,
    /// The server rejected the API key (401, 403).
    Unauthorized,
    /// The server stayed unreachable or unhealthy until the retry timeout.
    RetriesExhausted,
    /// The exporter was shut down before, or the shutdown's deadline passed.
    Shutdown,
    /// They waited on disk longer than allowed ([`Spool::max_age`](crate::Spool::max_age)).
    Expired,
    /// Their record on disk cannot be read.
    Unreadable,
    /// A worker panicked while it held them: a bug of this crate.
    Internal,
}

/// Dropped operations, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// See [`DropReason::QueueFull`].
    pub queue_full: u64,
    /// See [`DropReason::TooLarge`].
    pub too_large: u64,
    /// See [`DropReason::Rejected`].
    pub rejected: u64,
    /// See [`DropReason::Unauthorized`].
    pub unauthorized: u64,
    /// See [`DropReason::RetriesExhausted`].
    pub retries_exhausted: u64,
    /// See [`DropReason::Shutdown`].
    pub shutdown: u64,
    /// See [`DropReason::Expired`].
    pub expired: u64,
    /// See [`DropReason::Unreadable`].
    pub unreadable: u64,
    /// See [`DropReason::Internal`].
    pub internal: u64,
}

impl Dropped {
    /// The sum of all reasons.
    pub fn total(&self) -> u64 {
        self.by_reason().iter().map(|(_, n)| n).sum()
    }

    /// Each reason with its count.
    pub fn by_reason(&self) -> [(DropReason, u64); 9] {
        [
            (DropReason::QueueFull, self.queue_full),
            (DropReason::TooLarge, self.too_large),
            (DropReason::Rejected, self.rejected),
            (DropReason::Unauthorized, self.unauthorized),
            (DropReason::RetriesExhausted, self.retries_exhausted),
            (DropReason::Shutdown, self.shutdown),
            (DropReason::Expired, self.expired),
            (DropReason::Unreadable, self.unreadable),
            (DropReason::Internal, self.internal),
        ]
    }

    /// Adds two counts.
    pub(crate) fn plus(mut self, other: Dropped) -> Dropped {
        for (reason, operations) in other.by_reason() {
            self.add(reason, operations);
        }
        self
    }

    pub(crate) fn add(&mut self, reason: DropReason, operations: u64) {
        *match reason {
            DropReason::QueueFull => &mut self.queue_full,
            DropReason::TooLarge => &mut self.too_large,
            DropReason::Rejected => &mut self.rejected,
            DropReason::Unauthorized => &mut self.unauthorized,
            DropReason::RetriesExhausted => &mut self.retries_exhausted,
            DropReason::Shutdown => &mut self.shutdown,
            DropReason::Expired => &mut self.expired,
            DropReason::Unreadable => &mut self.unreadable,
            DropReason::Internal => &mut self.internal,
        } += operations;
    }
}

/// `3 queue full, 1 rejected`
impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (reason, n) in self.by_reason().into_iter().filter(|(_, n)| *n > 0) {
            write!(f, "{}{n} {reason}", if first { "" } else { ", " })?;
            first = false;
        }
        if first { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DropReason::QueueFull => "queue full",
            DropReason::TooLarge => "too large",
            DropReason::Rejected => "rejected",
            DropReason::Unauthorized => "unauthorized",
            DropReason::RetriesExhausted => "retries exhausted",
            DropReason::Shutdown => "shut down",
            DropReason::Expired => "expired",
            DropReason::Unreadable => "unreadable",
            DropReason::Internal => "internal fault",
        })
    }
}
