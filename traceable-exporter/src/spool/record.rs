//! A batch as it lies on disk: the body of a request, and what has to be known of it.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::wire::Encoded;

/// What is known of a body without reading it. No address and no key: it is sent to where its reader sends runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) content_type: String,
    /// Set if the body is compressed with zstd: bytes before, without the framing.
    pub(crate) uncompressed: Option<usize>,
    /// Bytes of the whole body before it was compressed. `None`: nobody has said so.
    pub(crate) plain_len: Option<usize>,
    /// How many operations each of its runs stands for, in order.
    pub(crate) operations: Vec<u64>,
    /// When it was written, in seconds since 1970.
    pub(crate) at: u64,
}

impl Label {
    /// Of a body that was just made, of runs that stand for so many operations.
    pub(crate) fn of(encoded: &Encoded, operations: Vec<u64>) -> Label {
        Label {
            content_type: encoded.content_type.clone(),
            uncompressed: encoded.uncompressed,
            plain_len: Some(encoded.plain_len),
            operations,
            at: Label::now(),
        }
    }

    pub(crate) fn now() -> u64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }

    /// All operations together.
    pub(crate) fn total(&self) -> u64 {
        self.operations.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// How long until it is older than `age`; `None`: it is. A clock that was set back makes nothing old.
    pub(crate) fn time_left(&self, age: Duration) -> Option<Duration> {
        let is = Label::now().saturating_sub(self.at);
        Some(Duration::from_secs(age.as_secs().checked_sub(is)?))
    }

    /// The bytes in front of the body.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let label = json!({
            "content_type": self.content_type,
            "uncompressed": self.uncompressed,
            "unpacked": self.plain_len,
            "operations": self.operations,
            "at": self.at,
        });
        let json = label.to_string();
        let mut bytes = (json.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(json.as_bytes());
        bytes
    }

    /// Takes a payload apart. `None`: it was written by something else.
    pub(crate) fn split(payload: &[u8]) -> Option<(Label, &[u8])> {
        let (length, rest) = payload.split_first_chunk::<4>()?;
        let (json, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((Label::read(json)?, body))
    }

    /// Reads what stands in front of a body. `None`: it is something else.
    pub(super) fn read(json: &[u8]) -> Option<Label> {
        let json: Value = serde_json::from_slice(json).ok()?;
        let bytes = |name: &str| match &json[name] {
            Value::Null => Some(None),
            bytes => Some(Some(usize::try_from(bytes.as_u64()?).ok()?)),
        };
        let operations = json["operations"].as_array()?.iter().map(Value::as_u64);
        Some(Label {
            content_type: json["content_type"].as_str()?.to_owned(),
            uncompressed: bytes("uncompressed")?,
            plain_len: bytes("unpacked")?,
            operations: operations.collect::<Option<_>>()?,
            at: json["at"].as_u64()?,
        })
    }
}

/// A record that is in hand.
pub(crate) enum Payload {
    Read(Vec<u8>),
    /// The disk would not take it.
    Held(Arc<[u8]>),
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Payload::Read(bytes) => bytes,
            Payload::Held(bytes) => bytes,
        }
    }
}
