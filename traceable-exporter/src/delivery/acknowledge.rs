//! What a thread has taken to deliver: acknowledged as delivered or dropped, and saved as failed traces.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::retry_policy::RetryPolicy;
use super::shared::Shared;
use crate::accounting::{DropReason, WarningKind};
use crate::server::{Backoff, Server};
use crate::wire::{Encoder, Format, Run, Trim};

/// Sends batches, one at a time. Several may work side by side.
pub(crate) struct Delivery {
    pub(crate) shared: Arc<Shared>,
    pub(crate) server: Arc<Server>,
    pub(super) backoff: Backoff,
    pub(super) retry_policy: RetryPolicy,
    /// What was taken and not acknowledged: operations, and bytes of the queue.
    pub(super) unacknowledged: (u64, usize),
    /// Whether those are on disk.
    on_disk: bool,
    /// After so many failures on one body, of a server that is healthy otherwise, the body is suspect.
    pub(super) max_failures: u32,
    /// Whether the suspect runs of such a body are searched for.
    pub(crate) isolates: bool,
    /// A request was refused for a reason that has nothing to do with runs.
    pub(super) is_misdirected: bool,
}

impl Delivery {
    pub(crate) fn new(shared: Arc<Shared>, server: Arc<Server>, retry_policy: RetryPolicy) -> Delivery {
        Delivery {
            shared,
            server,
            backoff: Backoff::default(),
            retry_policy,
            unacknowledged: (0, 0),
            on_disk: false,
            max_failures: u32::MAX,
            isolates: false,
            is_misdirected: false,
        }
    }

    /// Takes operations over that are not in the queue any more.
    pub(crate) fn take(&mut self, operations: u64, on_disk: bool) {
        self.unacknowledged = (operations, 0);
        self.on_disk = on_disk;
    }

    pub(crate) fn set_retry_policy(&mut self, retry_policy: RetryPolicy) {
        self.retry_policy = retry_policy;
    }

    /// Sets after how many failures a body is suspect, and whether its suspect runs are searched for then.
    pub(crate) fn suspect_after(&mut self, failures: u32, isolates: bool) {
        self.max_failures = failures;
        self.isolates = isolates;
    }

    /// Whether the server refused a request for a reason that has nothing to do with runs: it redirects, or has no such
    /// endpoint.
    pub(crate) fn is_misdirected(&self) -> bool {
        self.is_misdirected
    }

    /// Until when a body is retried that is tried first now; `None`: for ever.
    pub(crate) fn give_up_at(&self) -> Option<Instant> {
        self.retry_policy.give_up_at(self.shared.config.retry_timeout)
    }

    /// Drops all that was taken.
    pub(crate) fn drop_all(&mut self, reason: DropReason) {
        self.acknowledge_all(Some(reason));
    }

    /// After a panic: drops what was taken and not acknowledged.
    pub(crate) fn recover(&mut self) {
        self.drop_all(DropReason::Internal);
    }

    /// Whether the key was rejected so often that nothing is sent.
    pub(crate) fn is_key_rejected(&self) -> bool {
        self.retry_policy == RetryPolicy::UntilTimeout && self.server.is_key_rejected()
    }

    /// Saves runs that are dropped as files, if the settings say so.
    pub(super) fn save<R: Run>(&self, part: &[R], encoder: &mut Encoder) {
        let Some(folder) = &self.shared.config.failed_traces else { return };
        let format = Format::Multipart { compressed: true };
        let saved = encoder
            .encode(part, format, usize::MAX, Trim::Nothing)
            .and_then(|encoded| folder.save(&encoded, encoder.body()));
        self.note_save(saved);
    }

    pub(crate) fn note_save(&self, saved: io::Result<()>) {
        if let Err(error) = saved {
            self.shared
                .warner
                .warn(WarningKind::Spool, || format!("failed traces could not be saved: {error}"));
        }
    }

    pub(super) fn acknowledge<R: Run>(&mut self, part: &[R], dropped: Option<DropReason>) {
        let operations = part.iter().map(Run::operations).sum();
        let bytes = part.iter().map(Run::bytes).sum();
        self.unacknowledged = (self.unacknowledged.0 - operations, self.unacknowledged.1 - bytes);
        self.shared.queue.acknowledge_from(self.on_disk, operations, bytes, dropped);
    }

    pub(crate) fn acknowledge_all(&mut self, dropped: Option<DropReason>) {
        let (operations, bytes) = std::mem::take(&mut self.unacknowledged);
        self.shared.queue.acknowledge_from(self.on_disk, operations, bytes, dropped);
    }

    /// Forgets what was taken: an abandoned exporter has accounted for it.
    pub(crate) fn forget(&mut self) {
        self.unacknowledged = (0, 0);
    }
}
