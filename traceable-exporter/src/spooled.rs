//! The exporter's threads where runs wait on disk: one writes batches there, the other sends what is there.

mod sending;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::gather::{Batch, Gatherer, Limits};
use crate::inner::Inner;
use crate::queue::Pause;
use crate::report::Subject;
use crate::server::Server;
use crate::spool::{Label, Refused, Resumed, Spool, Store};
use crate::stats::DropReason;
use crate::wire::{Encoder, Format, Shared, Trim};

/// How long until a disk that is full or fails is tried again.
const DISK_PAUSE: Duration = Duration::from_millis(250);

/// What the two threads share.
pub(crate) struct Crew {
    inner: Arc<Inner>,
    server: Arc<Server>,
    store: Store,
}

/// Closes a store when it goes.
struct Closes<'a>(&'a Store);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
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

    /// One thread writes them.
    fn at_once(&self) -> usize {
        1
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
        self.inner.queue.resume(resumed.operations + resumed.aside);
        self.inner.queue.put_aside(resumed.aside);
        if resumed.damaged > 0 {
            self.warn(|| format!("{} bytes of the spool were damaged and are skipped", resumed.damaged));
        }
        // each of these is told once
        if let [(path, why), ..] = &resumed.unreadable[..] {
            let (count, path) = (resumed.unreadable.len(), path.display());
            self.inner
                .warner
                .say(&format!("{count} files of the spool cannot be read and stay there: {path}: {why}"));
        }
        if let [path, ..] = &resumed.unknown[..] {
            let (count, path) = (resumed.unknown.len(), path.display());
            self.inner.warner.say(&format!(
                "{count} files of the spool were written by another version of this crate and stay there: {path}"
            ));
        }
        if resumed.outdated > 0 {
            self.inner.warner.say(&format!(
                "{} files of the spool were written by another version of this crate, longer ago than runs are \
                 kept, and are deleted",
                resumed.outdated
            ));
        }
    }

    fn warn(&self, line: impl FnOnce() -> String) {
        self.inner.warner.warn(Subject::Spool, line);
    }

    /// Writes batches, on this thread, and sends them and brings them to the disk, on two others.
    pub(crate) fn run(self) {
        let crew = Arc::new(self);
        // however this ends, the others end too
        let _closes = Closes(&crew.store);
        let sender = crew.clone();
        if let Err(error) = crate::worker::spawn(move || sender.send_all()) {
            let told =
                || format!("runs are written to disk but not sent, as no thread can be started: {error}");
            crew.inner.warner.warn(Subject::Worker, told);
        }
        let syncer = crew.clone();
        let sync = move || {
            let told = |error: &io::Error| {
                let told = || format!("what waits in the spool would not outlast a loss of power: {error}");
                syncer.inner.warner.warn(Subject::Unsynced, told);
            };
            syncer.store.keep_synced(|| syncer.inner.queue.all_synced(), told);
        };
        if let Err(error) = crate::worker::spawn(sync) {
            crew.warn(|| {
                format!("the spool is not brought to the disk, as no thread can be started: {error}")
            });
        }
        crew.write_all();
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
        if !self.store.settles(batch.settles) {
            self.inner.queue.settled_up_to(batch.settles);
        }
    }

    /// Writes a batch to disk, whatever its size: what the server takes is not known yet.
    fn write(&self, batch: &Batch, encoder: &mut Encoder) {
        let format = Format::Multipart { compressed: true };
        let Ok(encoded) = encoder.encode(&batch.items, format, usize::MAX, Trim::Nothing) else {
            return self.lose(batch);
        };
        self.inner.meter.count_wire_losses(encoded.names_cut, 0);
        let label = Label::of(&encoded, batch.items.iter().map(|item| item.operations).collect());
        let (operations, bytes) = batch.total();
        loop {
            let written = || self.inner.queue.written(operations, bytes, true);
            let Err(refused) = self.store.append(&label, encoder.body(), batch.settles, written) else {
                return;
            };
            // where nothing waits on disk, waiting would make no room either
            let is_held = match refused {
                Refused::Full => {
                    self.warn(|| "the spool holds as many bytes as it may, runs wait in memory".to_owned());
                    self.store.is_empty()
                }
                Refused::Disk(error) => {
                    self.warn(|| {
                        format!("runs cannot be written to the spool, they wait in memory: {error}")
                    });
                    true
                }
            };
            if is_held && self.store.hold(&label, encoder.body(), batch.settles) {
                return self.inner.queue.written(operations, bytes, false);
            }
            if self.inner.queue.rest(DISK_PAUSE) == Pause::Abandoned {
                return;
            }
        }
    }
}
