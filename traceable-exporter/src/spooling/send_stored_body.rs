//! Sends a stored body: as it is if the server takes that, else decompressed, else as runs that are encoded anew. One
//! of these forms is in memory at a time, and the next one while it is made.

use std::io;

use super::stored_body::StoredBody;
use crate::accounting::DropReason;
use crate::delivery::{BatchOutcome, Delivery, RequestOutcome};
use crate::server::Server;
use crate::spool::{Label, WrittenAt};
use crate::wire::{DecodedRun, Encoded, Encoder, Format, Run, Trim};

/// What became of a stored body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoredBodyOutcome {
    /// All of it is acknowledged or quarantined.
    Acknowledged,
    /// The exporter is abandoned.
    Abandoned,
    /// Nothing is acknowledged: it is not a body, or cannot be decompressed.
    Dropped(DropReason),
}

/// Runs that the server fails on while it is healthy otherwise.
pub(crate) enum Suspect<'a> {
    /// The whole record.
    All,
    /// What is left of it, and how many operations that is.
    Rest(&'a Label, &'a [u8]),
}

/// What became of a body that was sent as it is. It is acknowledged as a whole or not at all.
enum BodyOutcome {
    Acknowledged,
    /// The server takes another format now.
    OtherFormat,
    /// Its runs must be sent in smaller requests, for this reason.
    Apart(DropReason),
    /// The server fails on it and is healthy otherwise.
    Suspect,
    /// The shutdown's deadline has passed.
    Abandoned,
}

impl Delivery {
    /// Sends a stored multipart body whose operations were [taken](Self::take).
    fn send_body(&mut self, encoded: &Encoded, body: &[u8]) -> BodyOutcome {
        let outcome = match self.shared.queue.is_abandoned() {
            true => RequestOutcome::Abandoned,
            false if self.is_key_rejected() => RequestOutcome::Dropped(DropReason::Unauthorized),
            false => self.send_request(encoded, body, self.give_up_at(), &|| false),
        };
        match outcome {
            RequestOutcome::Delivered => {
                self.acknowledge_all(None);
                BodyOutcome::Acknowledged
            }
            RequestOutcome::Dropped(reason) => {
                if let Some(folder) = &self.shared.config.failed_traces {
                    self.note_save(folder.save(encoded, body));
                }
                self.acknowledge_all(Some(reason));
                BodyOutcome::Acknowledged
            }
            RequestOutcome::Halve(reason) => BodyOutcome::Apart(reason),
            RequestOutcome::OtherFormat => BodyOutcome::OtherFormat,
            RequestOutcome::Suspect if self.isolates && encoded.runs > 1 => {
                BodyOutcome::Apart(DropReason::RetriesExhausted)
            }
            RequestOutcome::Suspect => BodyOutcome::Suspect,
            RequestOutcome::Abandoned => {
                self.forget();
                BodyOutcome::Abandoned
            }
        }
    }

    /// Sends runs. `refused`: why the server refused their body as a whole, if it did.
    fn send_runs<R: Run>(
        &mut self,
        runs: &[R],
        encoder: &mut Encoder,
        refused: Option<DropReason>,
    ) -> BatchOutcome {
        self.send_parts(runs, encoder, None, refused, &|| false)
    }
}

impl StoredBody {
    /// Sends the body and acknowledges all of it. Calls `quarantine` with what the server fails on; if that returns
    /// `false`, it is retried.
    pub(super) fn send(
        mut self,
        delivery: &mut Delivery,
        encoder: &mut Encoder,
        server: &Server,
        mut quarantine: impl FnMut(Suspect<'_>) -> bool,
    ) -> StoredBodyOutcome {
        let refused = loop {
            if !self.fits(server) {
                match self.decompress_for(server) {
                    Ok(true) => continue,
                    Ok(false) => break None,
                    Err(reason) => return StoredBodyOutcome::Dropped(reason),
                }
            }
            let (runs, content_type) = (self.label.operations.len(), self.label.content_type.clone());
            let encoded = Encoded::stored(server.format(), runs, content_type, self.label.uncompressed);
            match delivery.send_body(&encoded, self.body.bytes()) {
                BodyOutcome::Acknowledged => return StoredBodyOutcome::Acknowledged,
                BodyOutcome::Abandoned => return StoredBodyOutcome::Abandoned,
                BodyOutcome::Apart(reason) => break Some(reason),
                BodyOutcome::OtherFormat => {}
                BodyOutcome::Suspect => {
                    if quarantine(Suspect::All) {
                        return StoredBodyOutcome::Acknowledged;
                    }
                }
            }
        };
        if let Err(reason) = self.decompress() {
            return StoredBodyOutcome::Dropped(reason);
        }
        let written_at = self.label.written_at;
        let Some(runs) = self.into_runs() else { return StoredBodyOutcome::Dropped(DropReason::Unreadable) };
        // the quarantined part keeps its age
        send_runs(&runs, refused, delivery, encoder, |suspect| match suspect {
            Suspect::Rest(label, body) => {
                quarantine(Suspect::Rest(&Label { written_at, ..label.clone() }, body))
            }
            all => quarantine(all),
        })
    }

    /// Whether the server accepts the body as it is, as far as is known.
    fn fits(&self, server: &Server) -> bool {
        let is_compressed = self.label.uncompressed.is_some();
        let length = if is_compressed { self.label.plain_len } else { Some(self.body.bytes().len()) };
        let is_understood = match server.format() {
            Format::Multipart { compressed } => {
                self.label.content_type.starts_with("multipart/") && (compressed || !is_compressed)
            }
            Format::Batch => false,
        };
        is_understood && length.is_some_and(|length| length <= server.batch_bytes())
    }

    /// Decompresses the body if the server may accept it then. Returns whether it did.
    fn decompress_for(&mut self, server: &Server) -> Result<bool, DropReason> {
        let is_worth_it = self.label.uncompressed.is_some()
            && server.format() != Format::Batch
            && self.label.plain_len.is_none_or(|length| length <= server.batch_bytes());
        if is_worth_it {
            self.decompress()?;
        }
        Ok(is_worth_it)
    }
}

fn send_runs(
    all: &[DecodedRun],
    mut refused: Option<DropReason>,
    delivery: &mut Delivery,
    encoder: &mut Encoder,
    mut quarantine: impl FnMut(Suspect<'_>) -> bool,
) -> StoredBodyOutcome {
    let mut runs: Vec<&DecodedRun> = all.iter().collect();
    loop {
        let suspects = match delivery.send_runs(&runs, encoder, refused.take()) {
            BatchOutcome::Acknowledged => return StoredBodyOutcome::Acknowledged,
            BatchOutcome::Abandoned => return StoredBodyOutcome::Abandoned,
            BatchOutcome::Suspect(suspects) => suspects,
        };
        runs = suspects.iter().filter_map(|at| runs.get(*at).copied()).collect();
        let is_quarantined = if runs.len() == all.len() {
            quarantine(Suspect::All)
        } else {
            label_of(&runs, encoder).is_ok_and(|label| quarantine(Suspect::Rest(&label, encoder.body())))
        };
        if is_quarantined {
            return StoredBodyOutcome::Acknowledged;
        }
    }
}

/// Encodes runs into a body that can be stored, in the encoder. Returns its label, without a time.
fn label_of(runs: &[&DecodedRun], encoder: &mut Encoder) -> io::Result<Label> {
    let format = Format::Multipart { compressed: true };
    let encoded = encoder.encode(runs, format, usize::MAX, Trim::Nothing)?;
    Ok(Label::of(&encoded, runs.iter().map(Run::operations).collect(), WrittenAt::default()))
}
