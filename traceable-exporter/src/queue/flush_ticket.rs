//! What a flush waits for: what was accepted before it, and what was recovered before it.

use std::time::Instant;

/// What a flush waits for: everything accepted before, and everything that was recovered before. Both only grow, so of two
/// flushes the one that began later waits for no less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FlushTicket {
    /// All tickets of operations below this one.
    pub(super) accepted: u64,
    /// So many of the recovered operations.
    pub(super) recovered: u64,
}

/// How far the spool is read, and what was recovered is acknowledged. Records are sent in the order in which they were
/// recovered, so that counts suffice.
#[derive(Clone, Copy, Default)]
pub(super) struct Recovery {
    /// Runs wait on disk: a thread will read what is there.
    pub(super) is_expected: bool,
    /// When that thread had read it.
    pub(super) read_at: Option<Instant>,
    /// How many operations it found, without those in quarantine.
    pub(super) found_at_first: u64,
    /// The same, with what was taken over later.
    pub(super) found: u64,
    /// Those of them that are acknowledged, or quarantined.
    pub(super) done: u64,
}

impl Recovery {
    /// The same after a fork: the child has not read anything.
    pub(super) fn reset(self) -> Recovery {
        Recovery { is_expected: self.is_expected, ..Recovery::default() }
    }

    /// Nothing is waited for any more.
    pub(super) fn abandon(&mut self) {
        self.done = self.found;
        self.is_expected = false;
    }

    /// How many of the recovered operations that this flush waits for are not acknowledged.
    pub(super) fn left(&self, ticket: FlushTicket) -> u64 {
        ticket.recovered.max(self.found_at_first).saturating_sub(self.done)
    }
}
