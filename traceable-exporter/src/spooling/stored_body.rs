//! A stored body, from the spool or a file of failed traces: reads it, decompresses it, divides it into runs.

use crate::accounting::DropReason;
use crate::spool::{Label, Payload};
use crate::wire::{self, DecodedRun};

/// A stored body and its label.
pub(super) struct StoredBody {
    pub(super) label: Label,
    pub(super) body: Body,
}

pub(super) enum Body {
    /// A record of the spool, and where the body begins in it: the label is in front.
    Record(Payload, usize),
    Bytes(Vec<u8>),
}

impl Body {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Body::Record(payload, start) => payload.get(*start..).unwrap_or_default(),
            Body::Bytes(bytes) => bytes,
        }
    }

    fn into_bytes(self) -> Vec<u8> {
        match self {
            Body::Record(Payload::Read(mut bytes), start) => {
                bytes.drain(..start);
                bytes
            }
            Body::Record(..) => self.bytes().to_vec(),
            Body::Bytes(bytes) => bytes,
        }
    }
}

impl StoredBody {
    /// Reads a record of the spool. `None`: it is not one.
    pub(super) fn from_record(payload: Payload) -> Option<StoredBody> {
        let (label, body) = Label::split(&payload)?;
        let start = payload.len() - body.len();
        Some(StoredBody { label, body: Body::Record(payload, start) })
    }

    /// Reads a body that another program may have written, and counts its operations. `None`: it is not a body.
    pub(super) fn from_file(mut label: Label, body: Vec<u8>) -> Option<StoredBody> {
        let plain = match label.uncompressed {
            Some(_) => wire::decompress(&body, label.plain_len).ok()?,
            None => body.clone(),
        };
        label.plain_len = Some(plain.len());
        let runs = wire::read_runs(&label.content_type, plain)?;
        label.operations = runs.iter().map(wire::Run::operations).collect();
        // the file says only whether the body is compressed
        let payload_len = runs.iter().map(DecodedRun::payload_len).sum();
        label.uncompressed = label.uncompressed.map(|_| payload_len);
        Some(StoredBody { label, body: Body::Bytes(body) })
    }

    pub(super) fn label(&self) -> &Label {
        &self.label
    }

    /// How many operations its runs stand for.
    pub(super) fn operations(&self) -> u64 {
        self.label.total()
    }

    /// Decompresses the body, unless it is not compressed.
    pub(super) fn decompress(&mut self) -> Result<(), DropReason> {
        if self.label.uncompressed.take().is_some() {
            if self.label.plain_len.is_some_and(|length| length > wire::MAX_DECOMPRESSED) {
                return Err(DropReason::TooLarge);
            }
            let plain = wire::decompress(self.body.bytes(), self.label.plain_len);
            self.body = Body::Bytes(plain.map_err(|_| DropReason::Unreadable)?);
        }
        Ok(())
    }

    /// Divides the body into runs. `None`: it is not a body, or has another number of runs than its label says.
    pub(super) fn into_runs(self) -> Option<Vec<DecodedRun>> {
        let runs = wire::read_runs(&self.label.content_type, self.body.into_bytes())?;
        if runs.len() != self.label.operations.len() {
            return None;
        }
        let counted = runs.into_iter().zip(self.label.operations);
        Some(counted.map(|(run, operations)| run.with_operations(operations)).collect())
    }
}
