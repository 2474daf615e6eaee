//! Deduplication of reports: of each kind, a callsite makes one.

use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

/// What is done once for a callsite.
#[derive(Clone, Copy)]
pub(crate) enum Notice {
    /// It is listed in `Diagnostics::broken_traces`.
    Listed,
    BrokenTrace,
    Stale,
    Overgrown,
    LeftOpen,
    UnusedExtra,
    UnusedParent,
    UnusedProject,
    DuplicateRunId,
}

/// Which reports a callsite has made: one bit for each [`Notice`].
pub(crate) struct ReportOnce(AtomicU16);

impl ReportOnce {
    pub(crate) const fn new() -> ReportOnce {
        ReportOnce(AtomicU16::new(0))
    }

    /// Whether this is due: each is done once.
    pub(crate) fn is_due(&self, notice: Notice) -> bool {
        let bit = 1 << notice as u8;
        self.0.fetch_or(bit, Relaxed) & bit == 0
    }
}
