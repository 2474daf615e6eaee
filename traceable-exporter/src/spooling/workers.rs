//! The exporter's threads where runs wait on disk: one writes batches there, the other sends what is there.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::accounting::{DropReason, Subject};
use crate::delivery::{Batch, Batcher, Limits, Shared, spawn};
use crate::queue::Pause;
use crate::server::Server;
use crate::spool::{AppendError, Label, Recovered, Spool, Store};
use crate::wire::{Encoder, Format, Resource, Trim};

/// How long until a disk that is full or fails is tried again.
pub(super) const DISK_PAUSE: Duration = Duration::from_millis(250);

/// What the two threads share.
pub(crate) struct SpoolWorkers {
    pub(super) shared: Arc<Shared>,
    pub(super) server: Arc<Server>,
    pub(super) store: Store,
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
    fn max_in_flight(&self) -> usize {
        1
    }
}

impl SpoolWorkers {
    /// Opens the spool.
    ///
    /// # Errors
    /// If its folder cannot be used.
    pub(crate) fn open(shared: Arc<Shared>, spool: &Spool) -> io::Result<SpoolWorkers> {
        let (store, recovered) = Store::open(spool)?;
        let server = Arc::new(Server::new(&shared.config));
        let workers = SpoolWorkers { shared, server, store };
        workers.note(&recovered);
        Ok(workers)
    }

    pub(super) fn note(&self, recovered: &Recovered) {
        self.shared.queue.add_recovered(recovered.operations + recovered.quarantined);
        self.shared.queue.quarantine(recovered.quarantined);
        if recovered.damaged > 0 {
            self.warn(|| format!("{} bytes of the spool were damaged and are skipped", recovered.damaged));
        }
        // each of these is told once
        if let [(path, why), ..] = &recovered.unreadable[..] {
            let (count, path) = (recovered.unreadable.len(), path.display());
            self.shared
                .warner
                .say(&format!("{count} files of the spool cannot be read and stay there: {path}: {why}"));
        }
        if let [path, ..] = &recovered.unknown[..] {
            let (count, path) = (recovered.unknown.len(), path.display());
            self.shared.warner.say(&format!(
                "{count} files of the spool were written by another version of this crate and stay there: {path}"
            ));
        }
        if recovered.outdated > 0 {
            self.shared.warner.say(&format!(
                "{} files of the spool were written by another version of this crate, longer ago than runs are \
                 kept, and are deleted",
                recovered.outdated
            ));
        }
    }

    pub(super) fn warn(&self, line: impl FnOnce() -> String) {
        self.shared.warner.warn(Subject::Spool, line);
    }

    /// Writes batches, on this thread, and sends them and brings them to the disk, on two others.
    pub(crate) fn run(self) {
        let workers = Arc::new(self);
        // however this ends, the others end too
        let _closes = Closes(&workers.store);
        let sender = workers.clone();
        if let Err(error) = spawn(move || sender.send_all()) {
            let told =
                || format!("runs are written to disk but not sent, as no thread can be started: {error}");
            workers.shared.warner.warn(Subject::Worker, told);
        }
        let syncer = workers.clone();
        let sync = move || {
            let told = |error: &io::Error| {
                let told = || format!("what waits in the spool would not outlast a loss of power: {error}");
                syncer.shared.warner.warn(Subject::Unsynced, told);
            };
            syncer.store.sync_until_closed(|| syncer.shared.queue.all_synced(), told);
        };
        if let Err(error) = spawn(sync) {
            workers.warn(|| {
                format!("the spool is not brought to the disk, as no thread can be started: {error}")
            });
        }
        workers.write_all();
    }

    pub(super) fn encoder(&self) -> Encoder {
        let config = &self.shared.config;
        let resource = Resource::new(config.project.clone(), config.sent_revision());
        Encoder::new(resource, config.compression_level)
    }

    fn write_all(&self) {
        self.shared.queue.add_thread();
        let mut encoder = self.encoder();
        let mut batcher = Batcher::new(self.shared.clone(), Unasked(self.server.clone()));
        while let Some(batch) = batcher.next() {
            if catch_unwind(AssertUnwindSafe(|| self.write(&batch, &mut encoder))).is_err() {
                self.shared.meter.count_restart();
                self.lose(&batch);
            }
            self.shared.queue.discard(batch.items);
        }
    }

    /// Counts a batch that cannot be written as lost.
    fn lose(&self, batch: &Batch) {
        let (operations, bytes) = batch.total();
        self.shared.queue.acknowledge(operations, bytes, Some(DropReason::Internal));
        self.shared
            .warner
            .warn(Subject::Worker, || format!("{operations} run operations could not be written to disk"));
        if !self.store.acknowledges(batch.acknowledges) {
            self.shared.queue.acknowledged_up_to(batch.acknowledges);
        }
    }

    /// Writes a batch to disk, whatever its size: what the server takes is not known yet.
    fn write(&self, batch: &Batch, encoder: &mut Encoder) {
        let format = Format::Multipart { compressed: true };
        let Ok(encoded) = encoder.encode(&batch.items, format, usize::MAX, Trim::Nothing) else {
            return self.lose(batch);
        };
        self.shared.meter.count_wire_losses(encoded.names_cut, 0);
        let label = Label::of(&encoded, batch.items.iter().map(|item| item.operations).collect());
        let (operations, bytes) = batch.total();
        loop {
            let written = || self.shared.queue.written(operations, bytes, true);
            let Err(refused) = self.store.append(&label, encoder.body(), batch.acknowledges, written) else {
                return;
            };
            // where nothing waits on disk, waiting would make no room either
            let is_held = match refused {
                AppendError::Full => {
                    self.warn(|| "the spool holds as many bytes as it may, runs wait in memory".to_owned());
                    self.store.is_empty()
                }
                AppendError::Disk(error) => {
                    self.warn(|| {
                        format!("runs cannot be written to the spool, they wait in memory: {error}")
                    });
                    true
                }
            };
            if is_held && self.store.hold(&label, encoder.body(), batch.acknowledges) {
                return self.shared.queue.written(operations, bytes, false);
            }
            if self.shared.queue.rest(DISK_PAUSE) == Pause::Abandoned {
                return;
            }
        }
    }
}
