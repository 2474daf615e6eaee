//! A batch as it lies on disk: the body of a request, and what has to be known of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// What is known of a body without reading it. No address and no key: it is sent to where its reader sends runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) content_type: String,
    /// Set if the body is compressed with zstd: bytes before, without the framing.
    pub(crate) uncompressed: Option<usize>,
    /// How many operations each of its runs stands for, in order.
    pub(crate) operations: Vec<u64>,
    /// When it was written, in seconds since 1970.
    pub(crate) at: u64,
}

impl Label {
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
        let json: Value = serde_json::from_slice(json).ok()?;
        let uncompressed = match &json["uncompressed"] {
            Value::Null => None,
            bytes => Some(usize::try_from(bytes.as_u64()?).ok()?),
        };
        let operations = json["operations"].as_array()?.iter().map(Value::as_u64);
        let label = Label {
            content_type: json["content_type"].as_str()?.to_owned(),
            uncompressed,
            operations: operations.collect::<Option<_>>()?,
            at: json["at"].as_u64()?,
        };
        Some((label, body))
    }
}
