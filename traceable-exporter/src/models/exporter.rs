//! An exporter without a server, and threads that submit to it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loom::model::Builder;
use loom::thread::{self, JoinHandle};
use traceable_core::{OperationKind, RunOperation, RunSink, RunTree};
use uuid::Uuid;

use crate::accounting::{DropReason, FlushReport, Stats};
use crate::config::Config;
use crate::delivery::Dispatcher;
use crate::delivery::Shared;
use crate::delivery::{Batch, Limits};
use crate::queue::Pause;

pub(super) const LONG: Duration = Duration::from_secs(3600);
pub(super) const ROOM: usize = 1 << 20;

/// Tries all orders with at most two preemptions, unless `LOOM_MAX_PREEMPTIONS` says otherwise.
pub(super) fn model(test: impl Fn() + Send + Sync + 'static) {
    model_within(2, test);
}

pub(super) fn model_within(preemptions: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.check(test);
}

/// The maximum of operations in a batch, and of batches in flight.
#[derive(Clone, Copy)]
pub(super) struct FixedLimits(pub(super) usize, pub(super) usize);

impl Limits for FixedLimits {
    fn ask(&self) {}

    fn operations(&self) -> usize {
        self.0
    }

    fn bytes(&self) -> usize {
        ROOM
    }

    fn max_in_flight(&self) -> usize {
        self.1
    }
}

/// An exporter without a server.
pub(super) struct Exporter {
    pub(super) shared: Arc<Shared>,
    pub(super) limits: FixedLimits,
    pub(super) dispatcher: Dispatcher<FixedLimits>,
    /// The number of the next batch, where batches are sent one after the other.
    pub(super) sent: Mutex<u64>,
    /// The operations that arrived, in order. Not loom's mutex: locking it makes no further orders.
    pub(super) arrived: Mutex<Vec<(Uuid, OperationKind)>>,
}

impl Exporter {
    pub(super) fn new(batch_operations: usize, max_queue_bytes: usize) -> Arc<Exporter> {
        Exporter::with(FixedLimits(batch_operations, 1), max_queue_bytes)
    }

    pub(super) fn with(limits: FixedLimits, max_queue_bytes: usize) -> Arc<Exporter> {
        let config = Config::builder()
            .endpoint("http://127.0.0.1:9")
            .batch_delay(LONG)
            .max_queue_bytes(max_queue_bytes)
            .on_warning(|_| {});
        let shared = Arc::new(Shared::new(config.build().unwrap()));
        let dispatcher = Dispatcher::new(shared.clone(), limits);
        Arc::new(Exporter { shared, limits, dispatcher, sent: Mutex::default(), arrived: Mutex::default() })
    }

    /// Starts a worker. `pauses`: the first try of each batch fails.
    pub(super) fn start_worker(self: &Arc<Self>, pauses: bool) -> JoinHandle<()> {
        let own = self.clone();
        thread::spawn(move || {
            own.shared.queue.add_thread();
            while own.work(pauses) {}
        })
    }

    /// Makes and sends one batch, as a worker does. Returns whether there was one.
    pub(super) fn work(&self, pauses: bool) -> bool {
        let Some(batch) = self.dispatcher.next_batch() else { return false };
        self.dispatcher.send(&batch, || {
            if self.limits.1 == 1 {
                let sent = std::mem::replace(&mut *self.sent.lock().unwrap(), batch.number + 1);
                assert_eq!(sent, batch.number);
            }
            let queue = &self.shared.queue;
            let is_over = queue.is_abandoned() || pauses && queue.pause(LONG, false) == Pause::Abandoned;
            if !is_over {
                self.deliver(&batch);
            }
        });
        self.shared.queue.discard(batch.items);
        true
    }

    pub(super) fn deliver(&self, batch: &Batch) {
        for item in &batch.items {
            self.arrived.lock().unwrap().push((item.operation.id(), item.operation.kind));
            self.shared.queue.acknowledge(item.operations, item.bytes, None);
        }
    }

    pub(super) fn submit(&self, operation: RunOperation) -> Option<DropReason> {
        let refused = self.shared.queue.submit(operation, 0).refused;
        self.stats();
        refused
    }

    pub(super) fn has(&self, id: Uuid) -> bool {
        self.arrived.lock().unwrap().iter().any(|(arrived, _)| *arrived == id)
    }

    /// The counters, which must add up at every moment.
    pub(super) fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.shared.queue.fill(&mut stats);
        assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
        stats
    }

    pub(super) fn flush(&self) -> FlushReport {
        self.shared.queue.flush(LONG)
    }

    /// Asserts that everything was sent, and the start of each run before its end.
    pub(super) fn assert_done(&self, stats: &Stats) {
        assert_eq!((stats.queued, stats.queued_bytes), (0, 0));
        let mut begun = HashSet::new();
        for (id, kind) in &*self.arrived.lock().unwrap() {
            assert!(*kind == OperationKind::Post && begun.insert(*id) || begun.contains(id));
        }
    }
}

/// Collects operations, for a model to submit them later.
#[derive(Default)]
struct Collected(Mutex<Vec<RunOperation>>);

impl RunSink for Collected {
    fn submit(&self, operation: RunOperation) {
        self.0.lock().unwrap().push(operation);
    }
}

/// The start and the end of a run.
pub(super) fn run() -> [RunOperation; 2] {
    let collected = Arc::new(Collected::default());
    RunTree::builder("r").sink(collected.clone()).build().post().end().patch();
    let operations = std::mem::take(&mut *collected.0.lock().unwrap());
    <[_; 2]>::try_from(operations).ok().unwrap()
}

pub(super) fn start() -> RunOperation {
    let [start, _] = run();
    start
}

/// A producer: submits the start of a run, and then flushes.
pub(super) fn submit_and_flush(exporter: &Arc<Exporter>) -> JoinHandle<()> {
    let (own, start) = (exporter.clone(), start());
    thread::spawn(move || {
        let id = start.id();
        let refused = own.submit(start);
        assert!(own.flush().is_complete());
        assert!(refused.is_some() || own.has(id) || own.stats().dropped.shutdown > 0);
    })
}
