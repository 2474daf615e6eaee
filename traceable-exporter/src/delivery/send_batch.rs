//! One batch: encoded, sent in as many requests as it takes, and acknowledged.

use super::acknowledge::Delivery;
use super::retry::RequestOutcome;
use crate::accounting::{DropReason, WarningKind};
use crate::wire::{Encoded, Encoder, Run, Trim};

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
                    self.forget();
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
        self.forget();
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
            .map_err(|e| self.shared.warner.warn(WarningKind::Worker, || format!("compression failed: {e}")))
            .ok()
    }

    fn note_wire_losses(&self, body: &Encoded) {
        self.shared.counters.count_wire_losses(body.names_cut, body.attachments_left_out);
        if body.attachments_left_out > 0 {
            self.shared.warner.warn(WarningKind::AttachmentsDropped, || {
                "attachments are left out: the server has no multipart endpoint".to_owned()
            });
        }
    }
}
