//! From the queue to batches: what waits is merged, and goes out when it is enough or has waited long enough.

use std::sync::Arc;
use std::time::Instant;

use crate::batch::{Backlog, Item};
use crate::inner::Inner;
use crate::queue::{Next, Piece, Wish};
use crate::server::Server;

/// Within how many entries the start and end of a run are merged. Others wait in the queue, where they need less room.
const WINDOW: usize = 4096;

/// What goes out together.
pub(crate) struct Batch {
    pub(crate) items: Vec<Item>,
    /// How many were made before.
    pub(crate) number: u64,
    /// All tickets below this one are settled when this batch and those before it are.
    pub(crate) settles: u64,
    /// Whether another could be made at once.
    pub(crate) has_more: bool,
}

impl Batch {
    /// How many operations it stands for, and what they count against the bound of the queue.
    pub(crate) fn total(&self) -> (u64, usize) {
        self.items.iter().fold((0, 0), |(n, bytes), item| (n + item.operations, bytes + item.bytes))
    }
}

/// How large batches may be.
pub(crate) trait Limits {
    /// Asks the server, if it has not said yet.
    fn ask(&self);
    /// How many runs go into one request.
    fn operations(&self) -> usize;
    /// How many bytes go into one request.
    fn bytes(&self) -> usize;
    /// How many requests may be on their way at once, now.
    fn at_once(&self) -> usize;
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

    fn at_once(&self) -> usize {
        self.requests_at_once()
    }
}

/// Makes batches, one after the other.
pub(crate) struct Gatherer<L> {
    inner: Arc<Inner>,
    limits: L,
    backlog: Backlog,
    taken: Vec<Piece>,
    /// The ticket after the last operation that was taken.
    seen: u64,
    /// How many batches were made.
    made: u64,
}

impl<L: Limits> Gatherer<L> {
    pub(crate) fn new(inner: Arc<Inner>, limits: L) -> Gatherer<L> {
        Gatherer { inner, limits, backlog: Backlog::default(), taken: Vec::new(), seen: 0, made: 0 }
    }

    /// The next batch, when it is time for it. `None`: there will be no more.
    pub(crate) fn next(&mut self) -> Option<Batch> {
        while self.take() == Next::Send {
            // asked only when there is something to send: a program that traces nothing connects to nothing
            self.limits.ask();
            if self.is_due() {
                let items = self.backlog.take(self.limits.operations(), self.limits.bytes());
                let number = self.made;
                self.made += 1;
                return Some(Batch { items, number, settles: self.batched(), has_more: self.has_more() });
            }
        }
        None
    }

    /// Whether another batch could be made at once.
    fn has_more(&self) -> bool {
        self.backlog.len() >= self.limits.operations()
    }

    /// Moves what waits in the queue to the backlog.
    fn take(&mut self) -> Next {
        let (have, want) = (self.backlog.len(), self.limits.operations());
        let delay = self.inner.config.batch_delay;
        let wish = Wish {
            have,
            want,
            enough_bytes: self.enough_bytes(),
            deadline: self.backlog.oldest().and_then(|item| item.arrived.checked_add(delay)),
            batched: self.batched(),
            room: WINDOW.max(2 * want).saturating_sub(have),
        };
        let (next, first) = self.inner.queue.next(wish, &mut self.taken);
        self.seen = first;
        let now = Instant::now();
        for piece in &mut self.taken {
            for (operation, bytes) in piece.operations.drain(..) {
                self.backlog.add(operation, bytes, self.seen, now);
                self.seen += 1;
            }
        }
        self.inner.queue.recycle(&mut self.taken);
        next
    }

    /// Whether the oldest operations are to go out now.
    fn is_due(&self) -> bool {
        self.backlog.oldest().is_some_and(|oldest| {
            self.has_more()
                || self.backlog.bytes() >= self.enough_bytes()
                || oldest.arrived.elapsed() >= self.inner.config.batch_delay
                || self.inner.queue.is_flush_wanted(self.batched(), self.seen)
        })
    }

    /// All tickets below this one are in batches.
    fn batched(&self) -> u64 {
        self.backlog.oldest().map_or(self.seen, |item| item.sequence)
    }

    /// How many bytes are worth a request. A small queue must be emptied before it is full.
    fn enough_bytes(&self) -> usize {
        self.limits.bytes().min(self.inner.config.max_queue_bytes / 4)
    }
}
