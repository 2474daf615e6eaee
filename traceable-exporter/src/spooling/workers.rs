//! The exporter's threads where runs wait on disk: one writes batches, one syncs them, one sends them.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::accounting::{DropReason, WarningKind};
use crate::delivery::{Batch, Batcher, Limits, Shared, spawn};
use crate::queue::Pause;
use crate::server::Server;
use crate::spool::{AppendError, Label, Recovered, Restored, Spool, SpoolStore};
use crate::wire::{Encoder, Format, Resource, Trim};

/// Pause before a full or failing disk is retried.
pub(super) const DISK_PAUSE: Duration = Duration::from_millis(250);

/// What the threads share.
pub(crate) struct SpoolWorkers {
    pub(super) shared: Arc<Shared>,
    pub(super) server: Arc<Server>,
    pub(super) store: SpoolStore,
}

/// Closes a store when it is dropped.
struct CloseOnDrop<'a>(&'a SpoolStore);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The limits that are known already. Only the thread that sends asks the server; the one that writes must not wait.
struct KnownLimits(Arc<Server>);

impl Limits for KnownLimits {
    fn ask(&self) {}

    fn operations(&self) -> usize {
        self.0.batch_operations()
    }

    fn bytes(&self) -> usize {
        self.0.batch_bytes()
    }

    /// One thread writes batches.
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
        let (store, recovered) = SpoolStore::open(spool)?;
        let server = Arc::new(Server::new(&shared.config));
        let workers = SpoolWorkers { shared, server, store };
        workers.note_recovered(&recovered);
        Ok(workers)
    }

    /// Accounts for recovered operations, and warns of files that were not recovered.
    pub(super) fn note_recovered(&self, recovered: &Recovered) {
        let all = recovered.operations + recovered.quarantined;
        self.shared.queue.add_recovered(all, recovered.quarantined);
        self.store.sync_recovered();
        if recovered.damaged > 0 {
            self.warn(|| format!("{} damaged bytes of the spool were skipped", recovered.damaged));
        }
        // the store reports each of these once
        if let [(path, why), ..] = &recovered.unreadable[..] {
            let (count, path) = (recovered.unreadable.len(), path.display());
            self.shared.warner.say(&format!(
                "{count} spool files cannot be read and stay in place; the first: {path}: {why}"
            ));
        }
        if let [path, ..] = &recovered.unknown[..] {
            let (count, path) = (recovered.unknown.len(), path.display());
            self.shared.warner.say(&format!(
                "{count} spool files were written by another version of this crate and stay in place; the first: {path}"
            ));
        }
        if recovered.outdated > 0 {
            self.shared.warner.say(&format!(
                "{} spool files were written by another version of this crate and deleted, because they were \
                 older than the maximum age",
                recovered.outdated
            ));
        }
    }

    /// Accounts for what somebody has deleted, and warns of it.
    fn note_restored(&self) {
        let Restored { is_new, lost } = self.store.take_restored();
        if lost > 0 {
            self.shared.queue.lost_from_disk(lost);
        }
        if is_new {
            self.warn(|| {
                let lost = match lost {
                    0 => String::new(),
                    lost => format!("; {lost} run operations in it are lost"),
                };
                format!("the spool's folder was deleted while it was used, and is made again{lost}")
            });
        }
    }

    pub(super) fn warn(&self, line: impl FnOnce() -> String) {
        self.shared.warner.warn(WarningKind::Spool, line);
    }

    /// Writes batches on this thread, which is registered already, and sends and syncs them on two others.
    pub(crate) fn run(self) {
        let workers = Arc::new(self);
        // the other threads end with this one, even after a panic
        let _close = CloseOnDrop(&workers.store);
        let sender = workers.clone();
        if let Err(error) = spawn(move || sender.send_all()) {
            let warning =
                || format!("runs are written to disk but not sent: the thread cannot be started: {error}");
            workers.shared.warner.warn(WarningKind::Worker, warning);
        }
        let syncer = workers.clone();
        let sync = move || {
            let on_error = |error: &io::Error| {
                let warning =
                    || format!("spool fsync failed; queued runs may be lost on power failure: {error}");
                syncer.shared.warner.warn(WarningKind::Unsynced, warning);
            };
            let on_synced = || syncer.shared.queue.all_synced();
            syncer.store.sync_until_closed(on_synced, on_error, || syncer.note_restored());
        };
        if let Err(error) = spawn(sync) {
            workers.warn(|| format!("the spool is not synced: the thread cannot be started: {error}"));
        }
        workers.write_all();
    }

    pub(super) fn encoder(&self) -> Encoder {
        let config = &self.shared.config;
        let resource = Resource::new(config.placement.clone(), config.sent_revision());
        Encoder::new(resource, config.compression_level)
    }

    fn write_all(&self) {
        let mut encoder = self.encoder();
        let mut batcher = Batcher::new(self.shared.clone(), KnownLimits(self.server.clone()));
        while let Some(batch) = batcher.next() {
            if catch_unwind(AssertUnwindSafe(|| self.write(&batch, &mut encoder))).is_err() {
                self.shared.counters.count_restart();
                self.drop_batch(&batch);
            }
            self.shared.queue.discard(batch.items);
        }
    }

    /// Drops a batch that cannot be encoded or whose writing panicked, and accounts for it.
    fn drop_batch(&self, batch: &Batch) {
        let (operations, bytes) = batch.total();
        self.shared.queue.acknowledge(operations, bytes, Some(DropReason::Internal));
        self.shared.warner.warn(WarningKind::Worker, || {
            format!("{operations} run operations could not be written to the spool and are dropped")
        });
        if !self.store.acknowledge_with_newest(batch.acknowledges) {
            self.shared.queue.acknowledged_up_to(batch.acknowledges);
        }
    }

    /// Writes a batch to disk, whatever its size: the server's limits may not be known yet.
    fn write(&self, batch: &Batch, encoder: &mut Encoder) {
        let format = Format::Multipart { compressed: true };
        let Ok(encoded) = encoder.encode(&batch.items, format, usize::MAX, Trim::Nothing) else {
            return self.drop_batch(batch);
        };
        self.shared.counters.count_wire_losses(encoded.names_cut, 0);
        let operations = batch.items.iter().map(|item| item.operations).collect();
        let label = Label::of(&encoded, operations, self.store.now());
        let (operations, bytes) = batch.total();
        loop {
            let written = || self.shared.queue.written(operations, bytes, true);
            let appended = self.store.append(&label, encoder.body(), batch.acknowledges, written);
            self.note_restored();
            let Err(refused) = appended else { return };
            // if nothing waits on disk, waiting frees no space either
            let may_hold = match refused {
                AppendError::Full => {
                    self.warn(|| "the spool is full, runs wait in memory".to_owned());
                    self.store.is_empty()
                }
                AppendError::Disk(error) => {
                    self.warn(|| format!("writing to the spool failed, runs wait in memory: {error}"));
                    true
                }
            };
            let held = || self.shared.queue.written(operations, bytes, false);
            if may_hold && self.store.hold(&label, encoder.body(), batch.acknowledges, held) {
                return;
            }
            if self.shared.queue.pause_despite_flush(DISK_PAUSE) == Pause::Abandoned {
                return;
            }
        }
    }
}
