//! Trims a run that is larger than the server takes: leaves out its largest parts, and notes that in its metadata.

use std::fmt;

use traceable_core::OperationKind;
use uuid::Uuid;

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

    /// The entry of the metadata that lists what was left out.
    fn note(self) -> &'static [u8] {
        match self {
            Trim::Nothing => b"",
            Trim::Attachments => br#""trimmed":["attachments"]"#,
            Trim::Outputs => br#""trimmed":["attachments","outputs"]"#,
            Trim::Inputs => br#""trimmed":["attachments","outputs","inputs"]"#,
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

/// Passes the parts of a run to a body, without those that are left out.
pub(crate) struct Trimmed<'a, P> {
    body: &'a mut P,
    trim: Trim,
}

impl<'a, P> Trimmed<'a, P> {
    pub(crate) fn new(body: &'a mut P, trim: Trim) -> Trimmed<'a, P> {
        Trimmed { body, trim }
    }
}

/// The beginning of `extra`, as this crate writes it.
const EXTRA: &[u8] = b"{\"metadata\":{";

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
        match json.strip_prefix(EXTRA) {
            Some(rest) if field == Field::Extra && self.trim > Trim::Nothing => {
                let comma: &[u8] = if rest.starts_with(b"}") { b"" } else { b"," };
                self.body.field(field, &[EXTRA, self.trim.note(), comma, rest].concat());
            }
            _ => self.body.field(field, json),
        }
    }

    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]) {
        if self.trim < Trim::Attachments {
            self.body.attachment(name, mime_type, bytes);
        }
    }
}
