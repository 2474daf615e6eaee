//! The exporter's threads. Each takes a batch, encodes it, and sends it in its turn: while one waits for the server,
//! another encodes. There is one, two where there is much to do, and more where the server is slow.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::Builder;
use std::time::Duration;

use crate::delivery::{Delivery, Patience};
use crate::gather::Batch;
use crate::inner::Inner;
use crate::line::Line;
use crate::queue::Pause;
use crate::report::Subject;
use crate::server::Server;
use crate::spooled;
use crate::wire::{self, Encoded, Encoder, Trim};

/// A fault that comes back at once must not keep a processor busy.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What the threads share. Made by the first of them: after a fork the child has others, and must not use the
/// connections of its parent.
struct Crew {
    inner: Arc<Inner>,
    server: Arc<Server>,
    line: Line<Arc<Server>>,
    /// How many there are.
    threads: AtomicUsize,
}

/// Starts the first thread. If the system refuses, the next operation tries again.
pub(crate) fn start(inner: &Arc<Inner>) {
    let own = inner.clone();
    let run = move || {
        if catch_unwind(AssertUnwindSafe(|| work(&own))).is_err() {
            own.queue.lose_worker();
        }
    };
    if let Err(error) = spawn(run) {
        inner.queue.lose_worker();
        inner.warner.warn(Subject::Worker, || format!("the exporter's thread cannot be started: {error}"));
    }
}

fn work(inner: &Arc<Inner>) {
    if let Some(spool) = &inner.config.spool {
        match spooled::Crew::new(inner.clone(), spool) {
            Ok(crew) => return crew.run(),
            Err(error) => inner.warner.warn(Subject::Spool, || {
                let folder = spool.directory().display();
                format!("the spool {folder} cannot be used, runs wait in memory: {error}")
            }),
        }
    }
    Arc::new(Crew::new(inner.clone())).run();
}

pub(crate) fn spawn(run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Builder::new().name("traceable-export".to_owned()).spawn(run).map(drop)
}

impl Crew {
    fn new(inner: Arc<Inner>) -> Crew {
        let server = Arc::new(Server::new(&inner.config));
        let line = Line::new(inner.clone(), server.clone());
        Crew { inner, server, line, threads: AtomicUsize::new(1) }
    }

    fn run(self: Arc<Self>) {
        let inner = &self.inner;
        inner.queue.add_thread();
        let shared = wire::Shared::new(inner.config.project.clone(), inner.config.sent_revision());
        let mut encoder = Encoder::new(shared, inner.config.compression_level);
        let mut delivery = Delivery::new(inner.clone(), self.server.clone(), Patience::Limited);
        while catch_unwind(AssertUnwindSafe(|| self.work(&mut encoder, &mut delivery))).is_err() {
            inner.meter.count_restart();
            inner.warner.warn(Subject::Worker, || "the exporter's thread failed and begins again".to_owned());
            if inner.queue.pause(RESTART_PAUSE, false) == Pause::Abandoned {
                break;
            }
        }
        inner.queue.remove_thread();
    }

    fn work(self: &Arc<Self>, encoder: &mut Encoder, delivery: &mut Delivery) {
        while !self.is_superfluous()
            && let Some(batch) = self.gather()
        {
            let encoded = self.encode(&batch, encoder);
            let sent = self.send(&batch, encoder, encoded, delivery);
            self.inner.queue.discard(batch.items);
            if let Err(panic) = sent {
                resume_unwind(panic);
            }
        }
    }

    /// The next batch. Another thread is started when there is more to do than those that are there can.
    fn gather(self: &Arc<Self>) -> Option<Batch> {
        let batch = self.line.gather()?;
        let most = self.most_threads();
        let one_more = |threads| (threads < most).then_some(threads + 1);
        if batch.has_more && self.threads.fetch_update(Relaxed, Relaxed, one_more).is_ok() {
            let own = self.clone();
            // if the system refuses, those that are there do all the work
            let _ = spawn(move || own.run());
        }
        Some(batch)
    }

    fn most_threads(&self) -> usize {
        self.server.requests_at_once().max(2)
    }

    /// Whether this thread was for a slow server, which is not any more. It is to end then.
    fn is_superfluous(&self) -> bool {
        let most = self.most_threads();
        let one_less = |threads: usize| (threads > most).then_some(threads - 1);
        self.threads.fetch_update(Relaxed, Relaxed, one_less).is_ok()
    }

    /// What fails here fails again when the batch is sent, and is counted there.
    fn encode(&self, batch: &Batch, encoder: &mut Encoder) -> Option<Encoded> {
        if self.server.refuses_key() {
            return None;
        }
        let (format, limit) = (self.server.format(), self.server.batch_bytes());
        let encode = || encoder.encode(&batch.items, format, limit, Trim::Nothing);
        catch_unwind(AssertUnwindSafe(encode)).ok().and_then(Result::ok)
    }

    /// Sends a batch in its turn. What a panic leaves behind is counted as lost.
    fn send(
        &self,
        batch: &Batch,
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
        delivery: &mut Delivery,
    ) -> Result<(), Box<dyn Any + Send>> {
        let wait_for_turn = || self.line.wait_for_turn(batch.number);
        self.line.send(batch, || {
            let send = AssertUnwindSafe(|| delivery.send(&batch.items, encoder, encoded, &wait_for_turn));
            let sent = catch_unwind(send).map(drop);
            if sent.is_err() {
                delivery.recover();
            }
            // before another batch may be made: several threads would hold a body each, which nobody needs any more
            encoder.clear();
            sent
        })
    }
}
