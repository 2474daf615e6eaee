//! The exporter's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use traceable_core::RunOperation;

use crate::batch::Backlog;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::meter::Meter;
use crate::queue::{Next, Queue};
use crate::report::{Subject, Warner};

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
    let mut worker = Worker {
        delivery: Delivery::new(&shop.config, shop.queue.clone(), shop.meter.clone(), shop.warner.clone()),
        backlog: Backlog::default(),
        taken: Vec::new(),
        seen: 0,
    };
    while catch_unwind(AssertUnwindSafe(|| worker.work(shop))).is_err() {
        shop.meter.count_restart();
        worker.delivery.recover();
        shop.warner.warn(Subject::Worker, || "the exporter's thread failed and begins again".to_owned());
    }
}

struct Worker {
    delivery: Delivery,
    backlog: Backlog,
    taken: Vec<Vec<RunOperation>>,
    /// The ticket after the last operation that was taken.
    seen: u64,
}

impl Worker {
    fn work(&mut self, shop: &Shop) {
        while self.take(shop) == Next::Send {
            // asked only when there is something to send: a program that traces nothing connects to nothing
            self.delivery.ask_info();
            if self.is_due(shop) {
                let batch = self.backlog.take(self.delivery.batch_operations(), self.delivery.batch_bytes());
                self.delivery.send(batch);
            }
            shop.queue.settled_up_to(self.backlog.oldest().map_or(self.seen, |item| item.sequence));
        }
    }

    /// Moves what waits in the queue to the backlog.
    fn take(&mut self, shop: &Shop) -> Next {
        let deadline = self.backlog.oldest().map(|item| item.arrived + shop.config.batch_delay);
        // a small queue must be emptied before it is full
        let enough_bytes = self.delivery.batch_bytes().min(shop.config.max_queue_bytes / 4);
        let (have, want) = (self.backlog.len(), self.delivery.batch_operations());
        let (next, first) = shop.queue.next(have, want, enough_bytes, deadline, &mut self.taken);
        self.seen = first;
        let now = Instant::now();
        for piece in &mut self.taken {
            for operation in piece.drain(..) {
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
