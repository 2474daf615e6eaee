//! The exporter's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::Backlog;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::meter::Meter;
use crate::queue::{Next, Pause, Piece, Queue};
use crate::report::{Subject, Warner};

/// Within how many entries the start and end of a run are merged. Others wait in the queue, where they need less room.
const WINDOW: usize = 4096;
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// What the exporter and its thread share.
pub(crate) struct Shop {
    pub(crate) config: Config,
    pub(crate) queue: Arc<Queue>,
    pub(crate) meter: Arc<Meter>,
    pub(crate) warner: Arc<Warner>,
}

/// Starts the thread. If the system refuses, the next operation tries again.
pub(crate) fn start(shop: &Arc<Shop>) {
    let own = shop.clone();
    let started = std::thread::Builder::new().name("traceable-export".to_owned()).spawn(move || run(&own));
    if let Err(error) = started {
        shop.queue.set_worker(None);
        shop.warner.warn(Subject::Worker, || format!("the exporter's thread cannot be started: {error}"));
    }
}

fn run(shop: &Shop) {
    shop.queue.set_worker(Some(std::thread::current().id()));
    let Ok(mut worker) = catch_unwind(AssertUnwindSafe(|| Worker::new(shop))) else {
        shop.queue.set_worker(None);
        return;
    };
    while catch_unwind(AssertUnwindSafe(|| worker.work(shop))).is_err() {
        shop.meter.count_restart();
        worker.delivery.recover();
        worker.tell_what_is_settled(shop);
        shop.warner.warn(Subject::Worker, || "the exporter's thread failed and begins again".to_owned());
        // a fault that comes back at once must not keep a processor busy
        if shop.queue.pause(RESTART_PAUSE, false) == Pause::Abandoned {
            return;
        }
    }
}

struct Worker {
    delivery: Delivery,
    backlog: Backlog,
    taken: Vec<Piece>,
    /// The ticket after the last operation that was taken.
    seen: u64,
}

impl Worker {
    fn new(shop: &Shop) -> Worker {
        Worker {
            delivery: Delivery::new(
                &shop.config,
                shop.queue.clone(),
                shop.meter.clone(),
                shop.warner.clone(),
            ),
            backlog: Backlog::default(),
            taken: Vec::new(),
            seen: 0,
        }
    }

    fn work(&mut self, shop: &Shop) {
        while self.take(shop) == Next::Send {
            // asked only when there is something to send: a program that traces nothing connects to nothing
            self.delivery.ask_info();
            if self.is_due(shop) {
                let batch = self.backlog.take(self.delivery.batch_operations(), self.delivery.batch_bytes());
                self.delivery.send(batch);
            }
            self.tell_what_is_settled(shop);
        }
    }

    fn tell_what_is_settled(&self, shop: &Shop) {
        shop.queue.settled_up_to(self.backlog.oldest().map_or(self.seen, |item| item.sequence));
    }

    /// Moves what waits in the queue to the backlog.
    fn take(&mut self, shop: &Shop) -> Next {
        let deadline =
            self.backlog.oldest().and_then(|item| item.arrived.checked_add(shop.config.batch_delay));
        // a small queue must be emptied before it is full
        let enough_bytes = self.delivery.batch_bytes().min(shop.config.max_queue_bytes / 4);
        let (have, want) = (self.backlog.len(), self.delivery.batch_operations());
        let room = WINDOW.max(2 * want).saturating_sub(have);
        let (next, first) = shop.queue.next(have, want, enough_bytes, deadline, room, &mut self.taken);
        self.seen = first;
        let now = Instant::now();
        for piece in &mut self.taken {
            for operation in piece.operations.drain(..) {
                self.backlog.add(operation, self.seen, now);
                self.seen += 1;
            }
        }
        shop.queue.recycle(&mut self.taken);
        next
    }

    /// Whether the oldest operations are to go out now.
    fn is_due(&self, shop: &Shop) -> bool {
        self.backlog.oldest().is_some_and(|oldest| {
            self.backlog.len() >= self.delivery.batch_operations()
                || self.backlog.bytes() >= self.delivery.batch_bytes().min(shop.config.max_queue_bytes / 4)
                || oldest.arrived.elapsed() >= shop.config.batch_delay
                || shop.queue.is_flush_wanted(self.seen)
        })
    }
}
