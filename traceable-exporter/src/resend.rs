//! A body that was kept, sent again: as it is where that will do, else unpacked, else taken apart and written anew. Of these
//! forms one is in memory at a time, and the next while it is made.

use std::io;

use crate::delivery::{Delivery, Sent, Whole};
use crate::server::Server;
use crate::spool::{Label, Payload};
use crate::stats::DropReason;
use crate::wire::{self, Encoded, Encoder, Format, StoredRun, Trim};

/// A body, and what is known of it.
pub(crate) struct Kept {
    label: Label,
    body: Body,
}

enum Body {
    /// With the label in front of it.
    Record(Payload, usize),
    Bytes(Vec<u8>),
}

impl Body {
    fn bytes(&self) -> &[u8] {
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

/// What became of a kept body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All of it is booked out, or set aside.
    Settled,
    /// All is abandoned.
    Abandoned,
    /// Nothing is booked out: it is no body, or one that cannot be unpacked.
    Lost(DropReason),
}

/// Runs that the server fails on, while it is well otherwise.
pub(crate) enum Suspect<'a> {
    /// The whole record.
    All,
    /// What is left of it, and how many operations that is.
    Rest(&'a Label, &'a [u8]),
}

impl Kept {
    /// Takes a record of the spool. `None`: it is none.
    pub(crate) fn of_record(payload: Payload) -> Option<Kept> {
        let (label, body) = Label::split(&payload)?;
        let start = payload.len() - body.len();
        Some(Kept { label, body: Body::Record(payload, start) })
    }

    /// Takes a body that may be of somebody else: how many operations it stands for is found out. `None`: it is none.
    pub(crate) fn of_file(mut label: Label, body: Vec<u8>) -> Option<Kept> {
        let plain = match label.uncompressed {
            Some(_) => wire::unpack(&body, label.unpacked).ok()?,
            None => body.clone(),
        };
        label.unpacked = Some(plain.len());
        let runs = wire::read_runs(&label.content_type, plain)?;
        label.operations = runs.iter().map(wire::Run::operations).collect();
        Some(Kept { label, body: Body::Bytes(body) })
    }

    pub(crate) fn label(&self) -> &Label {
        &self.label
    }

    /// How many operations its runs stand for.
    pub(crate) fn operations(&self) -> u64 {
        self.label.total()
    }

    /// Sends it, and books all of it out. `set_aside` is asked what to do with what the server fails on, and returns
    /// whether that has been booked out or away; else it is tried again.
    pub(crate) fn send(
        mut self,
        delivery: &mut Delivery,
        encoder: &mut Encoder,
        server: &Server,
        mut set_aside: impl FnMut(Suspect<'_>) -> bool,
    ) -> Fate {
        let refused = loop {
            if !self.fits(server) {
                match self.is_unpacked_for(server) {
                    Ok(true) => continue,
                    Ok(false) => break None,
                    Err(reason) => return Fate::Lost(reason),
                }
            }
            let (runs, content_type) = (self.label.operations.len(), self.label.content_type.clone());
            let encoded = Encoded::kept(server.format(), runs, content_type, self.label.uncompressed);
            match delivery.send_whole(&encoded, self.body.bytes()) {
                Whole::Settled => return Fate::Settled,
                Whole::Abandoned => return Fate::Abandoned,
                Whole::Apart(reason) => break Some(reason),
                Whole::Again => {}
                Whole::Suspect => {
                    if set_aside(Suspect::All) {
                        return Fate::Settled;
                    }
                }
            }
        };
        if let Err(reason) = self.unpack() {
            return Fate::Lost(reason);
        }
        let at = self.label.at;
        let Some(runs) = self.into_runs() else { return Fate::Lost(DropReason::Unreadable) };
        // what is set aside of it is as old as it is
        send_apart(&runs, refused, delivery, encoder, |suspect| match suspect {
            Suspect::Rest(label, body) => set_aside(Suspect::Rest(&Label { at, ..label.clone() }, body)),
            all => set_aside(all),
        })
    }

    /// Whether the server takes the body as it is.
    fn fits(&self, server: &Server) -> bool {
        let is_packed = self.label.uncompressed.is_some();
        let length = if is_packed { self.label.unpacked } else { Some(self.body.bytes().len()) };
        let is_understood = match server.format() {
            Format::Multipart { compressed } => {
                self.label.content_type.starts_with("multipart/") && (compressed || !is_packed)
            }
            Format::Batch => false,
        };
        is_understood && length.is_some_and(|length| length <= server.batch_bytes())
    }

    /// Unpacks the body, if that may make it one that the server takes.
    fn is_unpacked_for(&mut self, server: &Server) -> Result<bool, DropReason> {
        let is_worth_it = self.label.uncompressed.is_some()
            && server.format() != Format::Batch
            && self.label.unpacked.is_none_or(|length| length <= server.batch_bytes());
        if is_worth_it {
            self.unpack()?;
        }
        Ok(is_worth_it)
    }

    fn unpack(&mut self) -> Result<(), DropReason> {
        if self.label.uncompressed.take().is_some() {
            if self.label.unpacked.is_some_and(|length| length > wire::MAX_UNPACKED) {
                return Err(DropReason::TooLarge);
            }
            let plain = wire::unpack(self.body.bytes(), self.label.unpacked);
            self.body = Body::Bytes(plain.map_err(|_| DropReason::Unreadable)?);
        }
        Ok(())
    }

    fn into_runs(self) -> Option<Vec<StoredRun>> {
        let runs = wire::read_runs(&self.label.content_type, self.body.into_bytes())?;
        if runs.len() != self.label.operations.len() {
            return None;
        }
        let counted = runs.into_iter().zip(self.label.operations);
        Some(counted.map(|(run, operations)| run.standing_for(operations)).collect())
    }
}

fn send_apart(
    all: &[StoredRun],
    mut refused: Option<DropReason>,
    delivery: &mut Delivery,
    encoder: &mut Encoder,
    mut set_aside: impl FnMut(Suspect<'_>) -> bool,
) -> Fate {
    let mut runs: Vec<&StoredRun> = all.iter().collect();
    loop {
        let suspects = match delivery.send_apart(&runs, encoder, refused.take()) {
            Sent::Settled => return Fate::Settled,
            Sent::Abandoned => return Fate::Abandoned,
            Sent::Suspect(suspects) => suspects,
        };
        runs = suspects.iter().filter_map(|at| runs.get(*at).copied()).collect();
        let is_aside = if runs.len() == all.len() {
            set_aside(Suspect::All)
        } else {
            label_of(&runs, encoder).is_ok_and(|label| set_aside(Suspect::Rest(&label, encoder.body())))
        };
        if is_aside {
            return Fate::Settled;
        }
    }
}

/// Writes runs into a body that can be kept.
fn label_of(runs: &[&StoredRun], encoder: &mut Encoder) -> io::Result<Label> {
    let format = Format::Multipart { compressed: true };
    let encoded = encoder.encode(runs, format, usize::MAX, Trim::Nothing)?;
    Ok(Label::of(&encoded, runs.iter().map(wire::Run::operations).collect()))
}
