//! A finished piece of JSON on its way to a sink.

use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::json::raw::whole_surrogates;
use super::json::read::read;

/// One JSON value as bytes: the inputs, the outputs or another part of a run. Clones share them.
///
/// ```
/// let payload = traceable_core::Payload::of(&[1, 2]);
/// assert_eq!(payload.as_bytes(), b"[1,2]");
/// ```
#[derive(Clone)]
pub struct Payload(Bytes);

/// Few bytes lie in the payload itself: an allocation costs a twentieth of what a whole traced call does, and the
/// arguments and results of small functions are small.
#[derive(Clone)]
enum Bytes {
    Inline { len: u8, bytes: [u8; MAX_INLINE] },
    Shared(Arc<[u8]>),
}

/// As many as make a payload five words long.
const MAX_INLINE: usize = 38;

impl Payload {
    /// The bytes, valid JSON in UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Bytes::Shared(bytes) => bytes,
        }
    }

    /// The text of the JSON value.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or("null")
    }

    /// Reads the value back. A number that no `Value` holds exactly, such as a whole number of 128 bits, becomes the text of
    /// its digits.
    ///
    /// ```
    /// use serde_json::json;
    /// use traceable_core::Payload;
    /// assert_eq!(Payload::of(&u64::MAX).to_value(), json!(18446744073709551615_u64));
    /// assert_eq!(Payload::of(&u128::MAX).to_value(), json!("340282366920938463463374607431768211455"));
    /// ```
    pub fn to_value(&self) -> serde_json::Value {
        // most metadata is a short text, which needs no parser
        if let [b'"', text @ .., b'"'] = self.as_bytes()
            && memchr::memchr(b'\\', text).is_none()
            && let Ok(text) = str::from_utf8(text)
        {
            return text.into();
        }
        read(self.as_str())
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// How many bytes of memory it takes beside its own structure.
    pub(crate) fn heap_size(&self) -> usize {
        match &self.0 {
            Bytes::Inline { .. } => 0,
            // with the counts of its `Arc`
            Bytes::Shared(bytes) => bytes.len() + 2 * size_of::<usize>(),
        }
    }

    /// Never true: no JSON value is without bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes one JSON value as text in UTF-8, as it is written: for sinks and hooks that have JSON already. Escapes of half a
    /// surrogate pair, which strict readers refuse, become `\ufffd`.
    ///
    /// # Errors
    /// If it is not one valid JSON value.
    ///
    /// ```
    /// use traceable_core::Payload;
    /// assert_eq!(Payload::from_json(br#" {"n": 1.50} "#)?.as_str(), r#"{"n": 1.50}"#);
    /// assert!(Payload::from_json(b"{").is_err());
    /// assert!(Payload::from_json(b"\"\xff\"").is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn from_json(bytes: &[u8]) -> Result<Payload, serde_json::Error> {
        let json: &RawValue = serde_json::from_slice(bytes)?;
        Ok(Payload::trusted(whole_surrogates(json.get()).as_bytes()))
    }

    /// Takes bytes that are known to be one JSON value.
    #[inline]
    pub(crate) fn trusted(bytes: &[u8]) -> Payload {
        let mut inline = [0; MAX_INLINE];
        Payload(match inline.get_mut(..bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                Bytes::Inline { len: bytes.len() as u8, bytes: inline }
            }
            None => Bytes::Shared(bytes.into()),
        })
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Payload) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Payload {}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_holds_what_it_was_given_however_long() {
        assert_eq!(size_of::<Payload>(), 5 * size_of::<usize>());
        for length in 0..3 * MAX_INLINE {
            let text = "x".repeat(length);
            let payload = Payload::of(&text);
            assert_eq!(payload.to_value(), serde_json::Value::from(text));
            assert_eq!(payload.len(), length + 2);
            assert_eq!(payload, payload.clone());
        }
    }

    #[test]
    fn it_can_be_read_back() {
        for value in
            [json!(""), json!("ü \" \\ \n"), json!("\\"), json!(null), json!([1, "x"]), json!({"a": 0.5})]
        {
            assert_eq!(Payload::of(&value).to_value(), value);
            assert_eq!(Payload::from_json(format!(" {value} ").as_bytes()).unwrap().to_value(), value);
        }
    }
}
