//! Makes batches out of what waits in the queue. A batch is due when it is large enough or has waited long enough.

use std::sync::Arc;

use super::shared::Shared;
use crate::queue::{BatchItem, BatchLimits};
use crate::server::Server;

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
    /// How many batches were made.
    made: u64,
}

impl<L: Limits> Batcher<L> {
    pub(crate) fn new(shared: Arc<Shared>, limits: L) -> Batcher<L> {
        Batcher { shared, limits, made: 0 }
    }

    /// The next batch, when it is time for it. `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<Batch> {
        if !self.shared.queue.wait_for_work() {
            return None;
        }
        // only now: a program that traces nothing connects to nothing
        self.limits.ask();
        let runs = self.limits.operations();
        let limits = BatchLimits { runs, bytes: self.bytes(), delay: self.shared.config.batch_delay };
        let taken = self.shared.queue.take_batch(limits)?;
        let number = self.made;
        self.made += 1;
        Some(Batch { items: taken.items, number, acknowledges: taken.batched, has_more: taken.has_more })
    }

    /// How many bytes go into one request. A small queue must be emptied before it is full, and a server that keeps up
    /// is to be heard of more than once a second.
    fn bytes(&self) -> usize {
        self.limits.bytes().min(self.shared.config.max_queue_bytes / 8)
    }
}
