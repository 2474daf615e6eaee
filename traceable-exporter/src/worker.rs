//! The exporter's threads. Each takes a batch, encodes it, and sends it when those before have been sent: while one
//! waits for the server, the other encodes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;

use crate::delivery::Delivery;
use crate::gather::{Batch, Gatherer};
use crate::inner::Inner;
use crate::queue::Pause;
use crate::report::Subject;
use crate::server::Server;
use crate::wire::{self, Encoded, Encoder};

/// A fault that comes back at once must not keep a processor busy.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What the threads share. Made by the first of them: after a fork the child has others, and must not use the
/// connections of its parent.
struct Crew {
    inner: Arc<Inner>,
    server: Arc<Server>,
    gathering: Mutex<Gathering>,
    sending: Mutex<Sending>,
    /// Wakes who waits for the turn to send.
    next: Condvar,
}

struct Gathering {
    gatherer: Gatherer,
    has_second_thread: bool,
}

struct Sending {
    /// The number of the batch that is to be sent now.
    turn: u64,
    delivery: Delivery,
}

/// Starts the first thread. If the system refuses, the next operation tries again.
pub(crate) fn start(inner: &Arc<Inner>) {
    let own = inner.clone();
    let run = move || match catch_unwind(AssertUnwindSafe(|| Crew::new(own.clone()))) {
        Ok(crew) => Arc::new(crew).run(),
        Err(_) => own.queue.lose_worker(),
    };
    if let Err(error) = spawn(run) {
        inner.queue.lose_worker();
        inner.warner.warn(Subject::Worker, || format!("the exporter's thread cannot be started: {error}"));
    }
}

fn spawn(run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    Builder::new().name("traceable-export".to_owned()).spawn(run).map(drop)
}

/// A thread that panicked while it held the lock has left nothing half done that matters.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crew {
    fn new(inner: Arc<Inner>) -> Crew {
        let server = Arc::new(Server::new(&inner.config));
        let gatherer = Gatherer::new(inner.clone(), server.clone());
        let delivery = Delivery::new(inner.clone(), server.clone());
        Crew {
            gathering: Mutex::new(Gathering { gatherer, has_second_thread: false }),
            sending: Mutex::new(Sending { turn: 0, delivery }),
            next: Condvar::new(),
            server,
            inner,
        }
    }

    fn run(self: Arc<Self>) {
        let inner = &self.inner;
        inner.queue.add_thread(thread::current().id());
        let shared = wire::Shared::new(inner.config.project.clone(), inner.config.revision_id.clone());
        let mut encoder = Encoder::new(shared, inner.config.compression_level);
        while catch_unwind(AssertUnwindSafe(|| self.work(&mut encoder))).is_err() {
            inner.meter.count_restart();
            inner.warner.warn(Subject::Worker, || "the exporter's thread failed and begins again".to_owned());
            if inner.queue.pause(RESTART_PAUSE, false) == Pause::Abandoned {
                return;
            }
        }
    }

    fn work(self: &Arc<Self>, encoder: &mut Encoder) {
        while let Some(batch) = self.gather() {
            let encoded = self.encode(&batch, encoder);
            let sent = self.send(&batch, encoder, encoded);
            self.inner.queue.discard(batch.items);
            if let Err(panic) = sent {
                resume_unwind(panic);
            }
        }
    }

    /// The next batch. A second thread is started when there is more to do than one can.
    fn gather(self: &Arc<Self>) -> Option<Batch> {
        let mut gathering = lock(&self.gathering);
        let batch = gathering.gatherer.next();
        if !gathering.has_second_thread && gathering.gatherer.has_more() {
            gathering.has_second_thread = true;
            let own = self.clone();
            // if the system refuses, one does all the work
            let _ = spawn(move || own.run());
        }
        batch
    }

    /// What fails here fails again when the batch is sent, and is counted there.
    fn encode(&self, batch: &Batch, encoder: &mut Encoder) -> Option<Encoded> {
        if self.server.refuses_key() {
            return None;
        }
        let operations = batch.items.iter().map(|item| &item.operation);
        let encode = || encoder.encode(operations, self.server.format(), self.server.batch_bytes());
        catch_unwind(AssertUnwindSafe(encode)).ok().and_then(Result::ok)
    }

    /// Sends a batch in its turn. However that goes, it is settled then.
    fn send(
        &self,
        batch: &Batch,
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
    ) -> Result<(), Box<dyn Any + Send>> {
        let mut sending = lock(&self.sending);
        while sending.turn != batch.number {
            sending = self.next.wait(sending).unwrap_or_else(PoisonError::into_inner);
        }
        let delivery = &mut sending.delivery;
        let sent = catch_unwind(AssertUnwindSafe(|| delivery.send(&batch.items, encoder, encoded)));
        if sent.is_err() {
            delivery.recover();
        }
        self.inner.queue.settled_up_to(batch.settles);
        sending.turn += 1;
        drop(sending);
        self.next.notify_all();
        sent
    }
}
