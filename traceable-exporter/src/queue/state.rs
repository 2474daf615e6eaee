//! The books of the queue, and what waits in it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use traceable_core::RunOperation;
use traceable_core::process::this_process;

use super::pace::Pace;
use crate::lost_runs::LostRuns;
use crate::stats::{DropReason, Dropped, FlushReport};
use crate::sync::{ThreadId, current};

/// Operations wait in pieces of this many: growing never moves what waits, and the thread that empties the queue
/// takes whole pieces.
pub(super) const PIECE: usize = 64;
/// How many delivered operations wait at most for a thread of the program to drop them.
const USED: usize = 256;
/// Larger ones are not kept waiting.
const USED_BYTES: usize = 16 << 10;

/// Room that each run keeps for its end: half of it is for the outputs. Larger ends use what others do not.
const END: usize = 2048;

/// Operations in a row, each with what it counts against the bound, and what all of them do.
#[derive(Default)]
pub(crate) struct Piece {
    pub(crate) operations: Vec<(RunOperation, usize)>,
    pub(super) bytes: usize,
}

/// Everything under the lock of the queue.
#[derive(Default)]
pub(super) struct State {
    pub(super) waiting: VecDeque<Piece>,
    pub(super) spare: Vec<Piece>,
    /// Delivered, and counted no more; to be dropped.
    pub(super) used: Vec<RunOperation>,
    /// Operations in `waiting`.
    pub(super) len: usize,
    pub(super) waiting_bytes: usize,
    /// Of all that is not settled.
    pub(super) bytes: usize,
    /// Kept free for the ends of the runs that have begun.
    pub(super) reserved: usize,
    pub(super) submitted: u64,
    pub(super) delivered: u64,
    pub(super) dropped: Dropped,
    /// Accepted, and neither delivered nor dropped.
    pub(super) unsettled: u64,
    /// Those of the unsettled that are on disk.
    pub(super) on_disk: u64,
    /// Some of them may be in the memory of the system only.
    pub(super) unsynced: bool,
    /// When the server last did not take what it was sent.
    pub(super) failed_at: Option<Instant>,
    /// When something was last booked out.
    pub(super) settled_at: Option<Instant>,
    /// Came from disk: a former process has left them.
    pub(super) resumed: u64,
    /// Stay on disk: set aside, or there when all was abandoned.
    pub(super) kept: u64,
    /// How many operations were accepted: the ticket of the next.
    pub(super) accepted: u64,
    /// All tickets below this one are settled.
    pub(super) settled_up_to: u64,
    /// The highest ticket somebody waits for.
    pub(super) wanted: u64,
    /// A pause between two tries is to be cut short.
    pub(super) nudged: bool,
    /// How many threads wait that flush.
    pub(super) flushing: usize,
    /// When a flush last ended before everything was settled, and how long it had waited.
    pub(super) in_vain: Option<(Instant, Duration)>,
    /// The exporter's thread sleeps until so many operations, or bytes, wait.
    pub(super) wake_at: Option<(usize, usize)>,
    pub(super) lost: LostRuns,
    pub(super) pace: Pace,
    pub(super) closed: bool,
    pub(super) abandoned: bool,
    /// The exporter's threads run, or are about to.
    pub(super) has_worker: bool,
    pub(super) threads: Vec<ThreadId>,
    pub(super) process: u32,
}

impl State {
    pub(super) fn push(&mut self, operation: RunOperation, size: usize) {
        self.accepted += 1;
        self.unsettled += 1;
        self.len += 1;
        self.bytes += size;
        self.waiting_bytes += size;
        if self.waiting.back().is_none_or(|piece| piece.operations.len() == PIECE) {
            let new = || Piece { operations: Vec::with_capacity(PIECE), bytes: 0 };
            let piece = self.spare.pop().unwrap_or_else(new);
            self.waiting.push_back(piece);
        }
        if let Some(piece) = self.waiting.back_mut() {
            piece.operations.push((operation, size));
            piece.bytes += size;
        }
    }

    /// Whether this is one of the exporter's own threads.
    pub(super) fn is_worker(&self) -> bool {
        self.threads.contains(&current().id())
    }

    /// What a flush has come to that waits for everything before the ticket.
    pub(super) fn report(&self, ticket: u64, begun: Instant) -> FlushReport {
        let remaining = self.unsettled.min(ticket.saturating_sub(self.settled_up_to));
        FlushReport {
            remaining,
            on_disk: self.on_disk.min(remaining),
            kept: self.kept,
            delivered: self.delivered,
            dropped: self.dropped,
            elapsed: begun.elapsed(),
        }
    }

    /// Takes pieces until they hold `room` operations or nothing is left. Returns the ticket of the first.
    pub(super) fn take(&mut self, room: usize, taken: &mut Vec<Piece>) -> u64 {
        let first = self.accepted - self.len as u64;
        let mut count = 0;
        while count < room
            && let Some(piece) = self.waiting.pop_front()
        {
            count += piece.operations.len();
            self.waiting_bytes -= piece.bytes;
            taken.push(piece);
        }
        self.len -= count;
        first
    }

    /// A run whose start is in but whose end is not would seem to go on for ever, so starts must leave room for the
    /// ends of what has begun, and for their own. But never more than half: runs that never end must not close the queue
    /// in time.
    pub(super) fn has_room(&self, size: usize, is_post: bool, max_bytes: usize) -> bool {
        let kept = if is_post { (self.reserved + END).clamp(max_bytes / 8, max_bytes / 2) } else { 0 };
        self.bytes + size <= max_bytes - kept
    }

    pub(super) fn reserve(&mut self, is_post: bool, is_end: bool) {
        match (is_post, is_end) {
            (true, false) => self.reserved += END,
            (false, true) => self.reserved = self.reserved.saturating_sub(END),
            _ => {}
        }
    }

    /// Whether the program makes operations faster than the exporter's thread sends them.
    pub(super) fn is_behind(&self) -> bool {
        self.len > USED
    }

    /// Whether so much waits that the program makes runs faster than they can be sent for longer than a moment. More
    /// would only need memory, out of reach of the processor's caches.
    fn is_tight(&self, max_bytes: usize) -> bool {
        self.bytes > max_bytes / 4
    }

    /// Notes that an operation came in, taken or not. Whether its thread is to stand back.
    pub(super) fn is_time_to_stand_back(&mut self, max_bytes: usize) -> bool {
        let is_tight = self.is_tight(max_bytes) && !self.closed;
        self.pace.came_in(is_tight)
    }

    /// Whether the program's threads are to drop what was delivered: while the exporter cannot keep up. But not where
    /// they will soon stand back, which leaves it the time to do that itself.
    pub(super) fn is_time_to_leave_used(&self, max_bytes: usize) -> bool {
        self.is_behind() && self.bytes < max_bytes / 8
    }

    /// Leaves a delivered operation to the program's threads, if there is room for it.
    pub(super) fn leave(&mut self, operation: RunOperation, bytes: usize) -> Option<RunOperation> {
        if bytes > USED_BYTES || self.used.len() >= USED {
            return Some(operation);
        }
        self.used.push(operation);
        None
    }

    /// Whether the exporter's thread sleeps and has enough to do now.
    pub(super) fn is_time_to_wake(&mut self) -> bool {
        let enough = |(operations, bytes)| self.len >= operations || self.waiting_bytes >= bytes;
        let wake = self.wake_at.is_some_and(enough);
        if wake {
            self.wake_at = None;
        }
        wake
    }

    /// Counts what became of operations.
    pub(super) fn book(&mut self, operations: u64, dropped: Option<DropReason>) {
        match dropped {
            Some(reason) => self.dropped.add(reason, operations),
            None => self.delivered += operations,
        }
    }

    /// Counts all that is left as lost. Returns what still is here, to be dropped without the lock.
    pub(super) fn abandon(&mut self) -> (VecDeque<Piece>, Vec<RunOperation>) {
        if !self.abandoned {
            self.abandoned = true;
            let left = std::mem::take(&mut self.unsettled);
            let on_disk = std::mem::take(&mut self.on_disk);
            self.kept += on_disk;
            self.dropped.add(DropReason::Shutdown, left - on_disk);
            self.bytes = 0;
            self.waiting_bytes = 0;
            self.len = 0;
            self.settled_up_to = self.accepted;
        }
        (std::mem::take(&mut self.waiting), std::mem::take(&mut self.used))
    }

    /// After a fork the child has a copy of the queue, which the parent will send, and no exporter's thread. It
    /// begins with an empty queue of its own. Returns the copy, to be dropped without the lock.
    pub(super) fn leave_to_parent_process(&mut self) -> VecDeque<Piece> {
        let process = this_process();
        if self.process == process {
            return VecDeque::new();
        }
        // nothing is dropped under the lock
        let used = std::mem::take(&mut self.used);
        let (closed, abandoned, pace) = (self.closed, self.abandoned, self.pace.anew());
        let fresh = State { process, closed, abandoned, pace, used, ..State::default() };
        std::mem::replace(self, fresh).waiting
    }
}
