//! One batch: encoded, sent in as many requests as it takes, and acknowledged.

use std::io;
use std::sync::Arc;

use super::retry::{RequestOutcome, RetryPolicy};
use super::shared::Shared;
use crate::accounting::{DropReason, Subject};
use crate::server::{Backoff, Server};
use crate::wire::{Encoded, Encoder, Format, Run, Trim};

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

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BatchOutcome {
    /// All of it is acknowledged.
    Acknowledged,
    /// All but these runs: the server fails on them and is healthy otherwise, or they come after such a one.
    Suspect(Vec<usize>),
    /// The shutdown's deadline has passed.
    Abandoned,
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

    /// Counts all that was taken as lost.
    pub(crate) fn give_up(&mut self, reason: DropReason) {
        self.acknowledge_all(Some(reason));
    }

    /// After a panic: counts what was taken and not acknowledged as lost.
    pub(crate) fn recover(&mut self) {
        self.give_up(DropReason::Internal);
    }

    /// Whether the key was rejected so often that nothing is sent.
    pub(crate) fn is_key_rejected(&self) -> bool {
        self.retry_policy == RetryPolicy::UntilTimeout && self.server.is_key_rejected()
    }

    /// Sends a batch and acknowledges all of it; `false`: the exporter is abandoned. `encoded`: the body that the encoder
    /// holds already. `wait_for_turn` blocks until a request may be repeated, and returns whether it had to.
    pub(crate) fn send<R: Run>(
        &mut self,
        batch: &[R],
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> bool {
        self.send_parts(batch, encoder, encoded, None, wait_for_turn) == BatchOutcome::Acknowledged
    }

    /// `refused`: why a server has refused the batch as a whole, if it has.
    pub(crate) fn send_parts<R: Run>(
        &mut self,
        batch: &[R],
        encoder: &mut Encoder,
        mut encoded: Option<Encoded>,
        refused: Option<DropReason>,
        wait_for_turn: &dyn Fn() -> bool,
    ) -> BatchOutcome {
        if self.shared.queue.is_abandoned() {
            return BatchOutcome::Abandoned;
        }
        let total = |(n, bytes), run: &R| (n + run.operations(), bytes + run.bytes());
        self.unacknowledged = batch.iter().fold((0, 0), total);
        if self.is_key_rejected() {
            self.save(batch, encoder);
            self.acknowledge(batch, Some(DropReason::Unauthorized));
            return BatchOutcome::Acknowledged;
        }
        let give_up_at = self.give_up_at();
        let (mut searched, mut suspects) = (0, Vec::new());
        // the last part is sent next
        let mut parts = vec![(batch, Trim::Nothing)];
        if let Some(reason) = refused {
            parts = self.halve((batch, Trim::Nothing), reason, &mut searched, encoder);
        }
        while let Some((mut part, trim)) = parts.pop() {
            let Some(body) = self.encode(part, trim, encoder, encoded.take()) else {
                self.acknowledge(part, Some(DropReason::Internal));
                continue;
            };
            if body.runs == 0 {
                let (first, rest) = part.split_at(1);
                if !rest.is_empty() {
                    parts.push((rest, Trim::Nothing));
                }
                parts.extend(self.trim_more(first, trim, encoder));
                continue;
            }
            if body.runs < part.len() {
                let (fits, rest) = part.split_at(body.runs);
                parts.push((rest, trim));
                part = fits;
            }
            match self.send_request(&body, encoder.body(), give_up_at, wait_for_turn) {
                RequestOutcome::Delivered => {
                    self.note_wire_losses(&body);
                    self.note_trimmed(part, trim);
                    self.acknowledge(part, None);
                }
                RequestOutcome::Dropped(reason) => {
                    self.save(part, encoder);
                    self.acknowledge(part, Some(reason));
                }
                RequestOutcome::OtherFormat => parts.push((part, trim)),
                RequestOutcome::Suspect => {
                    let after: usize = parts.iter().map(|(part, _)| part.len()).sum();
                    let (from, to) = (batch.len() - after - part.len(), batch.len() - after);
                    if !self.isolates {
                        suspects = (from..batch.len()).collect();
                        break;
                    }
                    match self.halve_suspects((part, trim), &mut searched) {
                        Some(halves) => parts.extend(halves),
                        None => suspects.extend(from..to),
                    }
                }
                RequestOutcome::Abandoned => {
                    self.unacknowledged = (0, 0);
                    return BatchOutcome::Abandoned;
                }
                RequestOutcome::Halve(reason) => {
                    parts.extend(self.halve((part, trim), reason, &mut searched, encoder))
                }
            }
        }
        if suspects.is_empty() {
            return BatchOutcome::Acknowledged;
        }
        self.unacknowledged = (0, 0);
        BatchOutcome::Suspect(suspects)
    }

    /// Encodes as much of a part as fits into a request, unless that has been done for the right endpoint.
    fn encode<R: Run>(
        &self,
        part: &[R],
        trim: Trim,
        encoder: &mut Encoder,
        encoded: Option<Encoded>,
    ) -> Option<Encoded> {
        let format = self.server.format();
        if encoded.as_ref().is_some_and(|encoded| encoded.format == format) {
            return encoded;
        }
        let result = encoder.encode(part, format, self.server.batch_bytes(), trim);
        result
            .map_err(|e| self.shared.warner.warn(Subject::Worker, || format!("compression failed: {e}")))
            .ok()
    }

    fn note_wire_losses(&self, body: &Encoded) {
        self.shared.meter.count_wire_losses(body.names_cut, body.attachments_left_out);
        if body.attachments_left_out > 0 {
            self.shared.warner.warn(Subject::LeftOut, || {
                "attachments are left out: the server has no multipart endpoint".to_owned()
            });
        }
    }

    /// Saves runs that are given up as files, if the settings say so.
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
            self.shared.warner.warn(Subject::Spool, || format!("saving failed traces failed: {error}"));
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
