//! A finished piece of JSON on its way to a sink.

use std::fmt;
use std::sync::Arc;

/// One JSON value as bytes: the inputs, the outputs or another part of a run. Clones share them.
///
/// ```
/// let payload = traceable_core::Payload::of(&[1, 2]);
/// assert_eq!(payload.as_bytes(), b"[1,2]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Arc<[u8]>);

impl Payload {
    /// The bytes, valid JSON in UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text of the JSON value.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("null")
    }

    /// Reads the value back.
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.0).unwrap_or_default()
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never true: no JSON value is without bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes bytes that are known to be one JSON value.
    pub(crate) fn from_json(bytes: &[u8]) -> Payload {
        Payload(bytes.into())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
