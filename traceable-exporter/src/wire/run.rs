//! The two sides of encoding: a [`Run`], submitted or stored, writes its parts to a [`PartWriter`], a body of either
//! format.

use std::borrow::Cow;

use traceable_core::OperationKind;
use uuid::Uuid;

use super::left_out::LeftOut;
use super::resource::Resource;

/// A run, or an update of one, that can be written into a body.
pub(crate) trait Run {
    /// How many operations were merged into it.
    fn operations(&self) -> u64;

    /// How many bytes it takes in the queue.
    fn bytes(&self) -> usize;

    /// Its name, for people.
    fn name(&self) -> Cow<'_, str>;

    /// Whether its name is sent shorter than it is.
    fn is_name_cut(&self) -> bool;

    /// What it lacks, because the queue was full.
    fn left_out(&self) -> LeftOut {
        LeftOut::default()
    }

    /// Writes its parts to a body, in the order of LangSmith's SDK. `scratch` is a reusable buffer.
    fn write(&self, body: &mut impl PartWriter, scratch: &mut Vec<u8>, resource: &Resource);
}

impl<R: Run> Run for &R {
    fn operations(&self) -> u64 {
        (**self).operations()
    }

    fn bytes(&self) -> usize {
        (**self).bytes()
    }

    fn name(&self) -> Cow<'_, str> {
        (**self).name()
    }

    fn is_name_cut(&self) -> bool {
        (**self).is_name_cut()
    }

    fn left_out(&self) -> LeftOut {
        (**self).left_out()
    }

    fn write(&self, body: &mut impl PartWriter, scratch: &mut Vec<u8>, resource: &Resource) {
        (**self).write(body, scratch, resource);
    }
}

/// Takes a run part by part: first the main part, which identifies it, then fields, then attachments.
pub(crate) trait PartWriter {
    /// `json`: an object with everything that is no [`Field`].
    fn main(&mut self, kind: OperationKind, id: Uuid, json: &[u8]);

    fn field(&mut self, field: Field, json: &[u8]);

    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]);
}

/// A field that can be large: in a multipart body it is a part of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Inputs,
    Outputs,
    Events,
    Extra,
    Error,
    Serialized,
}

impl Field {
    pub(crate) const ALL: [Field; 6] =
        [Field::Inputs, Field::Outputs, Field::Events, Field::Extra, Field::Error, Field::Serialized];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Field::Inputs => "inputs",
            Field::Outputs => "outputs",
            Field::Events => "events",
            Field::Extra => "extra",
            Field::Error => "error",
            Field::Serialized => "serialized",
        }
    }
}
