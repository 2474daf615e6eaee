//! Trims a run that is larger than the server takes: leaves out its largest parts, and notes that in its metadata.

use std::fmt;

use traceable_core::OperationKind;
use uuid::Uuid;

use super::left_out::LeftOut;
use super::run::{Field, PartWriter};

/// What is left out of a run. Each step leaves out more than the one before, the least important parts first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trim {
    #[default]
    Nothing,
    Attachments,
    /// The outputs too, with events and `serialized`.
    Outputs,
    /// The inputs and the error too.
    Inputs,
}

impl Trim {
    /// The next step; `None`: nothing more can be left out.
    pub(crate) fn more(self) -> Option<Trim> {
        match self {
            Trim::Nothing => Some(Trim::Attachments),
            Trim::Attachments => Some(Trim::Outputs),
            Trim::Outputs => Some(Trim::Inputs),
            Trim::Inputs => None,
        }
    }

    /// The parts that are left out.
    fn left_out(self) -> LeftOut {
        LeftOut {
            attachments: self >= Trim::Attachments,
            outputs: self >= Trim::Outputs,
            inputs: self >= Trim::Inputs,
        }
    }

    /// The replacement of a field that is left out; `None`: the field stays.
    fn replacement(self, field: Field) -> Option<&'static [u8]> {
        match field {
            Field::Outputs if self >= Trim::Outputs => {
                Some(br#"{"outputs":"[not sent: larger than the server takes]"}"#)
            }
            Field::Inputs if self >= Trim::Inputs => {
                Some(br#"{"inputs":"[not sent: larger than the server takes]"}"#)
            }
            Field::Error if self >= Trim::Inputs => Some(br#""[not sent: larger than the server takes]""#),
            Field::Events if self >= Trim::Outputs => Some(b"[]"),
            _ => None,
        }
    }
}

/// `attachments and outputs`
impl fmt::Display for Trim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trim::Nothing => "nothing",
            Trim::Attachments => "attachments",
            Trim::Outputs => "attachments and outputs",
            Trim::Inputs => "attachments, outputs and inputs",
        })
    }
}

/// Passes the parts of a run to a body, without those that are left out, and notes them.
pub(crate) struct Trimmed<'a, P> {
    body: &'a mut P,
    trim: Trim,
    /// With what was left out before.
    noted: LeftOut,
}

impl<'a, P> Trimmed<'a, P> {
    /// `before`: what the run lacks already.
    pub(crate) fn new(body: &'a mut P, trim: Trim, before: LeftOut) -> Trimmed<'a, P> {
        Trimmed { body, trim, noted: trim.left_out().with(before) }
    }
}

impl<P: PartWriter> PartWriter for Trimmed<'_, P> {
    fn main(&mut self, kind: OperationKind, id: Uuid, json: &[u8]) {
        self.body.main(kind, id, json);
    }

    fn field(&mut self, field: Field, json: &[u8]) {
        if field == Field::Serialized && self.trim >= Trim::Outputs {
            return;
        }
        if let Some(marker) = self.trim.replacement(field).filter(|marker| marker.len() < json.len()) {
            return self.body.field(field, marker);
        }
        let noted = if field == Field::Extra { self.noted.note_in(json) } else { None };
        self.body.field(field, noted.as_deref().unwrap_or(json));
    }

    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]) {
        if self.trim < Trim::Attachments {
            self.body.attachment(name, mime_type, bytes);
        }
    }
}
