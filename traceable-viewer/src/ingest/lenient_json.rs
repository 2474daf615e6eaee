//! JSON as clients write it, which is not always valid JSON.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::ingest::json_repair;

/// The text, checked to be one JSON value, and repaired if it is nearly one (`json_repair.rs`).
pub(crate) fn check(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match strict(bytes) {
        Ok(Some(json)) => Ok(Cow::Borrowed(json)),
        spoilt => {
            let error = spoilt.err().unwrap_or_default();
            let repaired = json_repair::repair(bytes).ok_or_else(|| error.clone())?;
            serde_json::from_str::<&RawValue>(&repaired).map_err(|_| error)?;
            Ok(Cow::Owned(repaired))
        }
    }
}

/// Whether the text is JSON as it is, so that [`check`] makes no copy.
pub(crate) fn is_strict(bytes: &[u8]) -> bool {
    strict(bytes).is_ok_and(|json| json.is_some())
}

/// The text if it is JSON that every reader can read; `None`: it is JSON with half a surrogate pair.
fn strict(bytes: &[u8]) -> Result<Option<&str>, String> {
    let json = serde_json::from_slice::<&RawValue>(bytes).map_err(|error| error.to_string())?.get();
    Ok(Some(json).filter(|json| !json_repair::has_half_surrogate(json)))
}

/// The first elements of an array, up to a limit, and how many more there are. Each takes many times the bytes of its
/// text.
pub(crate) fn list(json: &str, max: usize) -> serde_json::Result<(Vec<&RawValue>, usize)> {
    struct Bounded(usize);
    impl<'de> Visitor<'de> for Bounded {
        type Value = (Vec<&'de RawValue>, usize);

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut list = Vec::new();
            while list.len() < self.0
                && let Some(item) = seq.next_element()?
            {
                list.push(item);
            }
            let mut more = 0;
            while seq.next_element::<IgnoredAny>()?.is_some() {
                more += 1;
            }
            Ok((list, more))
        }
    }
    serde_json::Deserializer::from_str(json).deserialize_seq(Bounded(max))
}

/// A value as a text: texts as they are, a null as `None`, anything else as its JSON.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    let json = raw.get();
    match json.as_bytes().first() {
        Some(b'n') => None,
        // nothing is wrong in a text that was checked
        Some(b'"') => serde_json::from_str(json).ok(),
        _ => Some(json.to_owned()),
    }
}

pub(crate) fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

/// Whether the value is `{}`, `[]` or null.
pub(crate) fn is_nothing(raw: &RawValue) -> bool {
    let json = raw.get();
    let inside = |open, close| json.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    is_null(raw) || inside('{', '}').or(inside('[', ']')).is_some_and(|inside| inside.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_left_alone_or_refused() {
        assert!(matches!(check(b" {\"a\": 1} "), Ok(Cow::Borrowed("{\"a\": 1}"))));
        assert_eq!(check(br#"{"a":NaN,"b":"\ud83d"}"#).unwrap(), r#"{"a":"NaN","b":"\ufffd"}"#);
        for wrong in [&b""[..], b"{", b"{\"a\":NaNo}", b"1 2", b"nul", b"\"a\\", b"\xff"] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
        // nested far deeper than a reader that recurses could go
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(check(deep.as_bytes()).is_ok());
    }

    #[test]
    fn lists_stop_at_their_limit() {
        let (list, more) = list("[1, [2], \"3\", 4, 5]", 3).unwrap();
        assert_eq!((list[1].get(), list.len(), more), ("[2]", 3, 2));
        assert_eq!(super::list("[]", 3).unwrap().1, 0);
        assert!(super::list("{}", 3).is_err() && super::list("[1", 3).is_err());
    }

    #[test]
    fn texts() {
        let of = |json: &str| text(serde_json::from_str::<&RawValue>(json).unwrap());
        assert_eq!(of(r#""a\nb""#).as_deref(), Some("a\nb"));
        assert_eq!(of("null"), None);
        assert_eq!(of("12"), Some("12".to_owned()));
    }
}
