//! What waits in the queue, and its counters.

use std::time::{Duration, Instant};

use traceable_core::RunOperation;
use traceable_core::process::fork_generation;

use super::backpressure::Backpressure;
use super::dropped_starts::LastIds;
use super::flush_ticket::{FlushTicket, Recovery};
use super::room::OpenRuns;
use super::sync::{ThreadId, current};
use super::waiting::Waiting;
use crate::accounting::{DropReason, Dropped, FlushReport};

/// How many delivered operations wait at most for a producer to free them.
const TO_FREE: usize = 256;
/// Larger ones are freed at once.
const TO_FREE_BYTES: usize = 16 << 10;

/// Everything under the lock of the queue.
#[derive(Default)]
pub(super) struct State {
    pub(super) waiting: Waiting,
    /// Delivered and accounted for; to be freed.
    pub(super) to_free: Vec<RunOperation>,
    /// Of everything that is not acknowledged.
    pub(super) bytes: usize,
    pub(super) open_runs: OpenRuns,
    pub(super) submitted: u64,
    pub(super) delivered: u64,
    pub(super) dropped: Dropped,
    /// Runs that are sent without some of their parts.
    pub(super) trimmed: u64,
    /// Accepted, and neither delivered nor dropped.
    pub(super) pending: u64,
    /// Those of the pending that are on disk.
    pub(super) on_disk: u64,
    /// Whether some of them may be in the system's memory only.
    pub(super) unsynced: bool,
    /// When a request last failed.
    pub(super) failed_at: Option<Instant>,
    /// When nobody listened at that port of this machine, if that is the last that is known of the server.
    pub(super) refused_at: Option<Instant>,
    /// When something was last acknowledged.
    pub(super) acknowledged_at: Option<Instant>,
    /// Left on disk by a former process.
    pub(super) recovered: u64,
    pub(super) recovery: Recovery,
    /// On disk: the server fails on them.
    pub(super) quarantined: u64,
    /// On disk when the exporter was abandoned.
    pub(super) left_on_disk: u64,
    /// How many operations were accepted: the ticket of the next.
    pub(super) accepted: u64,
    /// All tickets below this one are acknowledged.
    pub(super) acknowledged_up_to: u64,
    /// The highest ticket that a flush waits for.
    pub(super) wanted: u64,
    /// Whether the pause between two tries is to be cut short.
    pub(super) cut_pause_short: bool,
    /// How many threads flush.
    pub(super) flushing: usize,
    /// When a flush last timed out, and how long it had waited.
    pub(super) timed_out: Option<(Instant, Duration)>,
    /// The batcher sleeps until so many entries, or bytes, wait.
    pub(super) wake_at: Option<(usize, usize)>,
    /// When the batcher first saw the oldest of those that wait: the tickets below this one waited then.
    pub(super) seen: Option<(u64, Instant)>,
    pub(super) dropped_starts: LastIds,
    pub(super) backpressure: Backpressure,
    /// How many producers wait for room.
    pub(super) waiting_for_room: usize,
    /// Room that producers have waited for, and are about to use.
    pub(super) promised: usize,
    pub(super) closed: bool,
    /// Closed, and the exporter's threads have ended, or are about to.
    pub(super) is_over: bool,
    pub(super) abandoned: bool,
    /// The exporter's threads run, or are about to.
    pub(super) has_worker: bool,
    pub(super) threads: Vec<ThreadId>,
    pub(super) process: u32,
}

impl State {
    /// Whether this is one of the exporter's own threads.
    pub(super) fn is_worker(&self) -> bool {
        self.threads.contains(&current().id())
    }

    /// The report of a flush that waits for everything that the ticket names.
    pub(super) fn report(&self, ticket: FlushTicket, begun: Instant) -> FlushReport {
        let remaining = self.left(ticket);
        FlushReport {
            remaining,
            is_recovering: self.is_recovering(),
            on_disk: self.on_disk.min(remaining),
            quarantined: self.quarantined,
            left_on_disk: self.left_on_disk,
            delivered: self.delivered,
            dropped: self.dropped,
            trimmed: self.trimmed,
            elapsed: begun.elapsed(),
        }
    }

    /// Whether a start may come in: starts leave room for the ends of open runs.
    pub(super) fn has_room_for_start(&self, size: usize, max_bytes: usize) -> bool {
        self.has_room(size, max_bytes - self.open_runs.reserved(max_bytes))
    }

    /// Whether another operation may come in whole.
    pub(super) fn has_room(&self, size: usize, max_bytes: usize) -> bool {
        self.bytes.saturating_add(size) <= max_bytes
    }

    /// All tickets below this one are in batches.
    pub(super) fn batched(&self) -> u64 {
        self.waiting.oldest().map_or(self.accepted, |oldest| oldest.sequence)
    }

    /// Whether operations come in faster than workers send them.
    pub(super) fn is_behind(&self) -> bool {
        self.waiting.len() > TO_FREE
    }

    /// Whether producers are to free what was delivered: while workers cannot keep up. Not where producers will soon be
    /// throttled, which leaves workers the time to do it.
    pub(super) fn should_share_freeing(&self, max_bytes: usize) -> bool {
        self.is_behind() && self.bytes < max_bytes / 8
    }

    /// Leaves a delivered operation to a producer, if there is room for it. Else returns it.
    pub(super) fn defer_free(&mut self, operation: RunOperation, bytes: usize) -> Option<RunOperation> {
        if bytes > TO_FREE_BYTES || self.to_free.len() >= TO_FREE {
            return Some(operation);
        }
        self.to_free.push(operation);
        None
    }

    /// Whether the batcher sleeps and has enough to do now.
    pub(super) fn should_wake(&mut self) -> bool {
        let enough = |(entries, bytes)| self.waiting.len() >= entries || self.waiting.bytes() >= bytes;
        let wake = self.wake_at.is_some_and(enough);
        if wake {
            self.wake_at = None;
        }
        wake
    }

    /// Counts what became of operations.
    pub(super) fn count(&mut self, operations: u64, dropped: Option<DropReason>) {
        match dropped {
            Some(reason) => self.dropped.add(reason, operations),
            None => self.delivered += operations,
        }
    }

    /// Drops everything that is left in memory, and counts what is on disk as left there. Returns the former, to be
    /// freed without the lock.
    pub(super) fn abandon(&mut self) -> (Waiting, Vec<RunOperation>) {
        if !self.abandoned {
            self.abandoned = true;
            let left = std::mem::take(&mut self.pending);
            let on_disk = std::mem::take(&mut self.on_disk);
            self.left_on_disk += on_disk;
            self.dropped.add(DropReason::Shutdown, left - on_disk);
            self.bytes = 0;
            self.acknowledged_up_to = self.accepted;
            self.recovery.abandon();
        }
        (std::mem::take(&mut self.waiting), std::mem::take(&mut self.to_free))
    }

    /// After a fork the child has a copy of the queue, which the parent will send, and no exporter's thread. The child begins
    /// with an empty queue. Returns the copy, to be freed without the lock.
    pub(super) fn reset_after_fork(&mut self) -> Option<Waiting> {
        let process = fork_generation();
        if self.process == process {
            return None;
        }
        // nothing is freed under the lock
        let to_free = std::mem::take(&mut self.to_free);
        let (closed, abandoned) = (self.closed, self.abandoned);
        let (backpressure, recovery) = (self.backpressure.reset(), self.recovery.reset());
        let fresh = State { process, closed, abandoned, backpressure, recovery, to_free, ..State::default() };
        Some(std::mem::replace(self, fresh).waiting)
    }
}
