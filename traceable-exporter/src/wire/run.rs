//! What a run consists of on the wire, in whatever form it is kept and into whatever body it goes.

use std::borrow::Cow;

use traceable_core::OperationKind;
use uuid::Uuid;

use super::resource::Resource;

/// A run, or a change of one, that can be written into a body.
pub(crate) trait Run {
    /// How many operations it stands for.
    fn operations(&self) -> u64;

    /// What it counts against the bound of the queue.
    fn bytes(&self) -> usize;

    /// Its name, for people.
    fn name(&self) -> Cow<'_, str>;

    /// Whether its name is sent shorter than it is.
    fn is_name_cut(&self) -> bool;

    /// Hands its pieces to a body, in the order of the reference. `scratch` is a buffer to make them in.
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

    fn write(&self, body: &mut impl PartWriter, scratch: &mut Vec<u8>, resource: &Resource) {
        (**self).write(body, scratch, resource);
    }
}

/// Takes a run piece by piece: first what identifies it, then fields, then attachments.
pub(crate) trait PartWriter {
    /// `json`: an object that holds all that is no [`Field`].
    fn main(&mut self, kind: OperationKind, id: Uuid, json: &[u8]);

    fn field(&mut self, field: Field, json: &[u8]);

    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]);
}

/// What can be large, and is a part of its own in a multipart body.
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
