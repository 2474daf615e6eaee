//! The books of a thread that writes lines.

/// Lines handed over, and what became of them. At every moment `accepted == written + dropped + waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriterStats {
    /// Lines handed over.
    pub accepted: u64,
    /// Lines that were written.
    pub written: u64,
    /// Lines that had no room, or whose writer is gone.
    pub dropped: u64,
    /// Lines that are not written yet.
    pub waiting: u64,
}
