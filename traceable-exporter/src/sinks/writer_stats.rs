//! The counters of a thread that writes lines.

/// How many lines were submitted, and what became of them. Always `accepted == written + dropped + waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriterStats {
    /// Lines that were submitted.
    pub accepted: u64,
    /// Lines that were written.
    pub written: u64,
    /// Lines that exceeded the buffer, or whose writer failed for good.
    pub dropped: u64,
    /// Lines that wait to be written.
    pub waiting: u64,
}
