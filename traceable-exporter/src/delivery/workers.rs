//! The worker threads. Each makes a batch, encodes it, and sends it in its turn: while one waits for the server, another
//! encodes. There is one worker, two where there is much to do, and more where the server is slow.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::Builder;
use std::time::Duration;

use super::acknowledge::Delivery;
use super::batcher::Batch;
use super::dispatch::Dispatcher;
use super::retry_policy::RetryPolicy;
use super::shared::Shared;
use crate::accounting::WarningKind;
use crate::queue::Pause;
use crate::server::Server;
use crate::wire::{Encoded, Encoder, Resource, Trim};

/// A fault that comes back at once must not keep a processor busy.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What the workers share. The first of them makes it: after a fork the child must not use the parent's connections.
pub(crate) struct WorkerPool {
    shared: Arc<Shared>,
    server: Arc<Server>,
    dispatcher: Dispatcher<Arc<Server>>,
    /// How many there are.
    threads: AtomicUsize,
}

/// Starts one of the exporter's threads.
pub(crate) fn spawn(run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Builder::new().name("traceable-export".to_owned()).spawn(run).map(drop)
}

impl WorkerPool {
    pub(crate) fn new(shared: Arc<Shared>) -> WorkerPool {
        let server = Arc::new(Server::new(&shared.config));
        let dispatcher = Dispatcher::new(shared.clone(), server.clone());
        WorkerPool { shared, server, dispatcher, threads: AtomicUsize::new(1) }
    }

    /// Makes this thread a worker, until the queue is closed and empty, or the worker is not needed any more.
    pub(crate) fn run(self: Arc<Self>) {
        let shared = &self.shared;
        shared.queue.add_thread();
        let resource = Resource::new(shared.config.placement.clone(), shared.config.sent_revision());
        let mut encoder = Encoder::new(resource, shared.config.compression_level);
        let mut delivery = Delivery::new(shared.clone(), self.server.clone(), RetryPolicy::UntilTimeout);
        while catch_unwind(AssertUnwindSafe(|| self.work(&mut encoder, &mut delivery))).is_err() {
            shared.counters.count_restart();
            shared
                .warner
                .warn(WarningKind::Worker, || "the exporter's thread panicked and restarts".to_owned());
            if shared.queue.pause(RESTART_PAUSE, false) == Pause::Abandoned {
                break;
            }
        }
        shared.queue.remove_thread();
    }

    fn work(self: &Arc<Self>, encoder: &mut Encoder, delivery: &mut Delivery) {
        while !self.is_surplus()
            && let Some(batch) = self.next_batch()
        {
            let encoded = self.encode(&batch, encoder);
            let sent = self.send(&batch, encoder, encoded, delivery);
            self.shared.queue.discard(batch.items);
            if let Err(panic) = sent {
                resume_unwind(panic);
            }
        }
    }

    /// The next batch. Starts another worker if more is waiting than those that are there can do.
    fn next_batch(self: &Arc<Self>) -> Option<Batch> {
        let batch = self.dispatcher.next_batch()?;
        let max = self.max_threads();
        let one_more = |threads| (threads < max).then_some(threads + 1);
        if batch.has_more && self.threads.fetch_update(Relaxed, Relaxed, one_more).is_ok() {
            let own = self.clone();
            // if the system refuses, those that are there do all the work
            let _ = spawn(move || own.run());
        }
        Some(batch)
    }

    fn max_threads(&self) -> usize {
        self.server.max_concurrent_requests().max(2)
    }

    /// Whether this worker was for a slow server, which is quick again. It ends then.
    fn is_surplus(&self) -> bool {
        let max = self.max_threads();
        let one_less = |threads: usize| (threads > max).then_some(threads - 1);
        self.threads.fetch_update(Relaxed, Relaxed, one_less).is_ok()
    }

    /// What fails here fails again when the batch is sent, and is counted there.
    fn encode(&self, batch: &Batch, encoder: &mut Encoder) -> Option<Encoded> {
        if self.server.is_key_rejected() {
            return None;
        }
        let (format, limit) = (self.server.format(), self.server.batch_bytes());
        let encode = || encoder.encode(&batch.items, format, limit, Trim::Nothing);
        catch_unwind(AssertUnwindSafe(encode)).ok().and_then(Result::ok)
    }

    /// Sends a batch in its turn. What a panic leaves behind is dropped.
    fn send(
        &self,
        batch: &Batch,
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
        delivery: &mut Delivery,
    ) -> Result<(), Box<dyn Any + Send>> {
        let wait_for_turn = || self.dispatcher.wait_for_turn(batch.number);
        self.dispatcher.send(batch, || {
            let send = AssertUnwindSafe(|| delivery.send(&batch.items, encoder, encoded, &wait_for_turn));
            let sent = catch_unwind(send).map(drop);
            if sent.is_err() {
                delivery.recover();
            }
            // before another batch may be made: else each worker would hold a body that is not needed any more
            encoder.clear();
            sent
        })
    }
}
