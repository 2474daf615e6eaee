//! What a former process has left in the spool: a flush waits for it too.

use std::time::Instant;

use super::Queue;
use super::flush_ticket::FlushTicket;
use super::state::State;

impl State {
    /// The ticket of a flush that begins now.
    pub(super) fn ticket(&self) -> FlushTicket {
        FlushTicket { accepted: self.accepted, recovered: self.recovery.found }
    }

    /// Whether the spool is still being read, so that nobody knows how much is in it.
    pub(super) fn is_recovering(&self) -> bool {
        self.recovery.is_expected && self.recovery.read_at.is_none() && self.has_worker
    }

    /// Whether everything that a flush waits for is acknowledged.
    pub(super) fn is_done(&self, ticket: FlushTicket) -> bool {
        self.acknowledged_up_to >= ticket.accepted && !self.is_recovering() && self.recovery.left(ticket) == 0
    }

    /// How many operations that a flush waits for are not acknowledged.
    pub(super) fn left(&self, ticket: FlushTicket) -> u64 {
        let accepted = ticket.accepted.saturating_sub(self.acknowledged_up_to);
        self.pending.min(accepted + self.recovery.left(ticket))
    }
}

impl Queue {
    /// Makes flushes wait until what former processes left was read and [acknowledged](Self::recovered_acknowledged).
    pub(crate) fn expect_recovery(&self) {
        self.lock().recovery.is_expected = true;
    }

    /// Notes that the spool was read, or cannot be used.
    pub(crate) fn recovery_read(&self) {
        let mut state = self.lock();
        state.recovery.read_at.get_or_insert_with(Instant::now);
        state.recovery.found_at_first = state.recovery.found;
        drop(state);
        self.done.notify_all();
    }

    /// Adds operations that a former process has left on disk. `quarantined`: those of them that are in quarantine, for which
    /// no flush waits. Nobody has synced the others.
    pub(crate) fn add_recovered(&self, operations: u64, quarantined: u64) {
        let mut state = self.lock();
        if state.abandoned {
            return;
        }
        let waiting = operations - quarantined;
        state.recovered += operations;
        state.quarantined += quarantined;
        state.pending += waiting;
        state.on_disk += waiting;
        state.unsynced |= waiting > 0;
        state.recovery.found += waiting;
    }

    /// Notes that recovered operations are acknowledged, or quarantined.
    pub(crate) fn recovered_acknowledged(&self, operations: u64) {
        let mut state = self.lock();
        state.recovery.done += operations;
        drop(state);
        self.done.notify_all();
    }
}
