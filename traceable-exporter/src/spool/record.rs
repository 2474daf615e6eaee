//! A record: the body of a request, and the label in front of it.

use std::ops::Deref;
use std::sync::Arc;

use serde_json::{Value, json};

use super::age::WrittenAt;
use crate::wire::Encoded;

/// What is known of a body without reading it. It holds no address and no key: whoever reads it sends it to its own
/// destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) content_type: String,
    /// Set if the body is compressed with zstd: its bytes before that, without multipart framing.
    pub(crate) uncompressed: Option<usize>,
    /// Bytes of the whole body before it was compressed. `None`: unknown.
    pub(crate) plain_len: Option<usize>,
    /// How many operations each of its runs stands for, in the order of the body.
    pub(crate) operations: Vec<u64>,
    pub(crate) written_at: WrittenAt,
}

impl Label {
    /// The label of a body that was just encoded. `operations`: how many each of its runs stands for.
    pub(crate) fn of(encoded: &Encoded, operations: Vec<u64>, written_at: WrittenAt) -> Label {
        Label {
            content_type: encoded.content_type.clone(),
            uncompressed: encoded.uncompressed,
            plain_len: Some(encoded.plain_len),
            operations,
            written_at,
        }
    }

    /// The sum of its operations.
    pub(crate) fn total(&self) -> u64 {
        self.operations.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Encodes the label: these bytes precede the body.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let label = json!({
            "content_type": self.content_type,
            "uncompressed": self.uncompressed,
            "unpacked": self.plain_len,
            "operations": self.operations,
            "at": self.written_at.wall,
            "clock": self.written_at.clock,
        });
        let json = label.to_string();
        let mut bytes = (json.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(json.as_bytes());
        bytes
    }

    /// Divides a payload into label and body. `None`: it is not a record.
    pub(crate) fn split(payload: &[u8]) -> Option<(Label, &[u8])> {
        let (length, rest) = payload.split_first_chunk::<4>()?;
        let (json, body) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((Label::read(json)?, body))
    }

    /// Reads the JSON of a label. `None`: it is not one.
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
            written_at: WrittenAt {
                wall: json["at"].as_u64()?,
                clock: json["clock"][0].as_u64().zip(json["clock"][1].as_u64()),
            },
        })
    }
}

/// The bytes of a record.
pub(crate) enum Payload {
    Read(Vec<u8>),
    /// Held in memory, as the disk did not take it.
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
