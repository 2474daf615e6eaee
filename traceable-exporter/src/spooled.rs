//! The exporter's threads where runs wait on disk: one writes batches there, the other sends what is there.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::delivery::{Delivery, Patience};
use crate::gather::{Batch, Gatherer, Limits};
use crate::inner::Inner;
use crate::queue::Pause;
use crate::report::Subject;
use crate::resend::Kept;
use crate::server::Server;
use crate::spool::{Entry, Label, Place, Refused, Resumed, Spool, Store, Waited};
use crate::stats::DropReason;
use crate::wire::{Encoder, Format, Shared, Trim};

/// How long until a disk that is full or fails is tried again.
const DISK_PAUSE: Duration = Duration::from_millis(250);
/// How often a record is read before it counts as lost.
const READS: u32 = 5;

/// What the two threads share.
pub(crate) struct Crew {
    inner: Arc<Inner>,
    server: Arc<Server>,
    store: Store,
}

/// Only the thread that sends asks the server: the other must not wait for it.
struct Unasked(Arc<Server>);

impl Limits for Unasked {
    fn ask(&self) {}

    fn operations(&self) -> usize {
        self.0.batch_operations()
    }

    fn bytes(&self) -> usize {
        self.0.batch_bytes()
    }
}

impl Crew {
    /// Opens the spool.
    ///
    /// # Errors
    /// If its folder cannot be used.
    pub(crate) fn new(inner: Arc<Inner>, spool: &Spool) -> io::Result<Crew> {
        let (store, resumed) = Store::open(spool)?;
        let server = Arc::new(Server::new(&inner.config));
        let crew = Crew { inner, server, store };
        crew.note(&resumed);
        Ok(crew)
    }

    fn note(&self, resumed: &Resumed) {
        self.inner.queue.resume(resumed.operations);
        if resumed.damaged > 0 {
            self.inner.warner.warn(Subject::Spool, || {
                format!("{} bytes of the spool were damaged and are skipped", resumed.damaged)
            });
        }
    }

    /// Writes batches, on this thread, and sends them, on another.
    pub(crate) fn run(self) {
        let crew = Arc::new(self);
        let sender = crew.clone();
        if let Err(error) = crate::worker::spawn(move || sender.send_all()) {
            let told =
                || format!("runs are written to disk but not sent, as no thread can be started: {error}");
            crew.inner.warner.warn(Subject::Worker, told);
        }
        crew.write_all();
        let _ = crew.store.sync();
        crew.store.close();
    }

    fn encoder(&self) -> Encoder {
        let config = &self.inner.config;
        let shared = Shared::new(config.project.clone(), config.sent_revision());
        Encoder::new(shared, config.compression_level)
    }

    fn write_all(&self) {
        self.inner.queue.add_thread();
        let mut encoder = self.encoder();
        let mut gatherer = Gatherer::new(self.inner.clone(), Unasked(self.server.clone()));
        while let Some(batch) = gatherer.next() {
            if catch_unwind(AssertUnwindSafe(|| self.write(&batch, &mut encoder))).is_err() {
                self.inner.meter.count_restart();
                self.lose(&batch);
            }
            self.inner.queue.discard(batch.items);
        }
    }

    /// Counts a batch that cannot be written as lost.
    fn lose(&self, batch: &Batch) {
        let (operations, bytes) = batch.total();
        self.inner.queue.settle(operations, bytes, Some(DropReason::Internal));
        self.inner
            .warner
            .warn(Subject::Worker, || format!("{operations} run operations could not be written to disk"));
    }

    /// Writes a batch to disk, whatever its size: what the server takes is not known yet.
    fn write(&self, batch: &Batch, encoder: &mut Encoder) {
        let format = Format::Multipart { compressed: true };
        let Ok(encoded) = encoder.encode(&batch.items, format, usize::MAX, Trim::Nothing) else {
            return self.lose(batch);
        };
        self.inner.meter.count_wire_losses(encoded.names_cut, 0);
        let label = Label {
            content_type: encoded.content_type,
            uncompressed: encoded.uncompressed,
            operations: batch.items.iter().map(|item| item.operations).collect(),
            at: Label::now(),
        };
        let (operations, bytes) = batch.total();
        loop {
            match self.store.append(&label, encoder.body(), batch.settles) {
                Ok(()) => return self.inner.queue.written(operations, bytes, true),
                Err(Refused::Full) => self.inner.warner.warn(Subject::Spool, || {
                    "the spool holds as many bytes as it may, runs wait in memory".to_owned()
                }),
                Err(Refused::Disk(error)) => {
                    self.inner.warner.warn(Subject::Spool, || {
                        format!("runs cannot be written to the spool, they wait in memory: {error}")
                    });
                    if self.store.hold(&label, encoder.body(), batch.settles) {
                        return self.inner.queue.written(operations, bytes, false);
                    }
                }
            }
            if self.inner.queue.rest(DISK_PAUSE) == Pause::Abandoned {
                return;
            }
        }
    }

    fn send_all(&self) {
        self.inner.queue.add_thread();
        let mut encoder = self.encoder();
        let mut delivery = Delivery::new(self.inner.clone(), self.server.clone(), Patience::Endless);
        loop {
            let entry = match self.store.wait() {
                Waited::Record(entry) => entry,
                Waited::TakenOver(resumed) => {
                    self.note(&resumed);
                    continue;
                }
                Waited::Over => return,
            };
            if self.inner.queue.is_abandoned() {
                return;
            }
            delivery.take(entry.operations, 0);
            let sent = catch_unwind(AssertUnwindSafe(|| self.send(&entry, &mut delivery, &mut encoder)));
            if sent.is_err() {
                self.inner.meter.count_restart();
                delivery.recover();
            }
            if self.inner.queue.is_abandoned() {
                // not settled: the next process sends it
                return;
            }
            self.store.done();
            let was_on_disk = matches!(entry.place, Place::Disk { .. });
            self.inner.queue.left_disk(if was_on_disk { entry.operations } else { 0 });
            self.inner.queue.settled_up_to(entry.settles);
        }
    }

    /// Sends a record, however long that takes.
    fn send(&self, entry: &Entry, delivery: &mut Delivery, encoder: &mut Encoder) {
        let Some(bytes) = self.read(entry) else {
            return delivery.give_up(DropReason::Unreadable);
        };
        let Some((label, body)) = Label::split(&bytes) else {
            return delivery.give_up(DropReason::Unreadable);
        };
        if label.is_older_than(self.store.max_age()) {
            return delivery.give_up(DropReason::Expired);
        }
        self.server.ask_info();
        let Some(kept) = Kept::read(&label, body, &self.server, encoder) else {
            self.inner.warner.warn(Subject::Spool, || "a record of the spool cannot be read".to_owned());
            return delivery.give_up(DropReason::Unreadable);
        };
        kept.send(delivery, encoder);
    }

    fn read(&self, entry: &Entry) -> Option<Vec<u8>> {
        for _ in 0..READS {
            match self.store.read(entry) {
                Ok(Some(bytes)) => return Some(bytes),
                Ok(None) => break,
                Err(error) => {
                    self.inner.warner.warn(Subject::Spool, || format!("the spool cannot be read: {error}"));
                    if self.inner.queue.rest(DISK_PAUSE) == Pause::Abandoned {
                        return None;
                    }
                }
            }
        }
        self.inner.warner.warn(Subject::Spool, || "a record of the spool is damaged".to_owned());
        None
    }
}
