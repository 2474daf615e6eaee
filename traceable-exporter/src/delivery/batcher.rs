//! Makes batches out of what waits in the queue: operations of one run are merged, and a batch is due when it is large
//! enough or has waited long enough.

use std::sync::Arc;
use std::time::Instant;

use super::shared::Shared;
use crate::queue::{Backlog, BatchItem};
use crate::queue::{Chunk, DrainRequest, Drained};
use crate::server::Server;

/// The start and end of a run merge if both are among this many entries. Further operations wait in the queue, where
/// they need less memory.
const MERGE_WINDOW: usize = 4096;

/// What is sent together.
pub(crate) struct Batch {
    pub(crate) items: Vec<BatchItem>,
    /// How many were made before.
    pub(crate) number: u64,
    /// All tickets below this one are acknowledged when this batch and those before it are.
    pub(crate) acknowledges: u64,
    /// Whether another could be made at once.
    pub(crate) has_more: bool,
}

impl Batch {
    /// How many operations it stands for, and what they count against the queue's bound.
    pub(crate) fn total(&self) -> (u64, usize) {
        self.items.iter().fold((0, 0), |(n, bytes), item| (n + item.operations, bytes + item.bytes))
    }
}

/// How large batches may be.
pub(crate) trait Limits {
    /// Asks the server, unless it has said so.
    fn ask(&self);
    /// How many runs go into one request.
    fn operations(&self) -> usize;
    /// How many bytes go into one request.
    fn bytes(&self) -> usize;
    /// How many requests may be in flight now.
    fn max_in_flight(&self) -> usize;
}

impl Limits for Arc<Server> {
    fn ask(&self) {
        self.ask_info();
    }

    fn operations(&self) -> usize {
        self.batch_operations()
    }

    fn bytes(&self) -> usize {
        self.batch_bytes()
    }

    fn max_in_flight(&self) -> usize {
        self.max_concurrent_requests()
    }
}

/// Makes batches, one after the other.
pub(crate) struct Batcher<L> {
    shared: Arc<Shared>,
    limits: L,
    backlog: Backlog,
    taken: Vec<Chunk>,
    /// The ticket after the last operation that was taken.
    seen: u64,
    /// How many batches were made.
    made: u64,
}

impl<L: Limits> Batcher<L> {
    pub(crate) fn new(shared: Arc<Shared>, limits: L) -> Batcher<L> {
        Batcher { shared, limits, backlog: Backlog::default(), taken: Vec::new(), seen: 0, made: 0 }
    }

    /// The next batch, when it is time for it. `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<Batch> {
        while self.take() == Drained::Send {
            // only now: a program that traces nothing connects to nothing
            self.limits.ask();
            if self.is_due() {
                let items = self.backlog.take(self.limits.operations(), self.limits.bytes());
                let number = self.made;
                self.made += 1;
                return Some(Batch {
                    items,
                    number,
                    acknowledges: self.batched(),
                    has_more: self.has_more(),
                });
            }
        }
        None
    }

    /// Whether another batch could be made at once.
    fn has_more(&self) -> bool {
        self.backlog.len() >= self.limits.operations()
    }

    /// Moves what waits in the queue to the backlog.
    fn take(&mut self) -> Drained {
        let (have, want) = (self.backlog.len(), self.limits.operations());
        let delay = self.shared.config.batch_delay;
        let request = DrainRequest {
            have,
            want,
            enough_bytes: self.enough_bytes(),
            deadline: self.backlog.oldest().and_then(|item| item.arrived.checked_add(delay)),
            batched: self.batched(),
            room: MERGE_WINDOW.max(2 * want).saturating_sub(have),
        };
        let (drained, first) = self.shared.queue.drain(request, &mut self.taken);
        self.seen = first;
        let now = Instant::now();
        for chunk in &mut self.taken {
            for (operation, bytes) in chunk.operations.drain(..) {
                self.backlog.add(operation, bytes, self.seen, now);
                self.seen += 1;
            }
        }
        self.shared.queue.recycle(&mut self.taken);
        drained
    }

    /// Whether the oldest operations are to be sent now.
    fn is_due(&self) -> bool {
        self.backlog.oldest().is_some_and(|oldest| {
            self.has_more()
                || self.backlog.bytes() >= self.enough_bytes()
                || oldest.arrived.elapsed() >= self.shared.config.batch_delay
                || self.shared.queue.is_flush_wanted(self.batched(), self.seen)
        })
    }

    /// All tickets below this one are in batches.
    fn batched(&self) -> u64 {
        self.backlog.oldest().map_or(self.seen, |item| item.sequence)
    }

    /// How many bytes are worth a request. A small queue must be emptied before it is full.
    fn enough_bytes(&self) -> usize {
        self.limits.bytes().min(self.shared.config.max_queue_bytes / 4)
    }
}
