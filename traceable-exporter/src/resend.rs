//! A body that was kept, sent again: as it is where that will do, else taken apart and written anew.

use crate::delivery::Delivery;
use crate::server::Server;
use crate::spool::Label;
use crate::wire::{self, Encoded, Encoder, Format, StoredRun};

/// Runs from a kept body, ready to be sent.
pub(crate) struct Kept {
    runs: Vec<StoredRun>,
    /// Set if the encoder holds the body, which can be sent as it is.
    encoded: Option<Encoded>,
}

impl Kept {
    /// Reads a body, and lays it into the encoder if the server takes it as it is. `None`: it is none.
    pub(crate) fn read(label: &Label, body: &[u8], server: &Server, encoder: &mut Encoder) -> Option<Kept> {
        let plain = match label.uncompressed {
            Some(_) => wire::unpack(body).ok()?,
            None => body.to_vec(),
        };
        let length = plain.len();
        let mut runs = wire::read_runs(&label.content_type, plain)?;
        if !label.operations.is_empty() {
            if runs.len() != label.operations.len() {
                return None;
            }
            let counted = runs.into_iter().zip(&label.operations);
            runs = counted.map(|(run, operations)| run.standing_for(*operations)).collect();
        }
        let encoded = as_it_is(label, length, server).map(|format| {
            encoder.load(body.to_vec());
            Encoded::loaded(format, runs.len(), label.content_type.clone(), label.uncompressed)
        });
        Some(Kept { runs, encoded })
    }

    /// How many operations its runs stand for.
    pub(crate) fn operations(&self) -> u64 {
        self.runs.iter().map(wire::Run::operations).sum()
    }

    /// Sends it, and books all of it out; `false`: not so, as all is abandoned. The encoder is the one it was read with.
    pub(crate) fn send(self, delivery: &mut Delivery, encoder: &mut Encoder) -> bool {
        delivery.send(&self.runs, encoder, self.encoded, &|| ())
    }
}

/// The way in for a body as it is, if the server has one.
fn as_it_is(label: &Label, length: usize, server: &Server) -> Option<Format> {
    let format = server.format();
    let is_understood = match format {
        Format::Multipart { compressed } => {
            label.content_type.starts_with("multipart/") && (compressed || label.uncompressed.is_none())
        }
        Format::Batch => false,
    };
    (is_understood && length <= server.batch_bytes()).then_some(format)
}
