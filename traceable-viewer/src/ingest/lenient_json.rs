//! JSON as clients write it, which is not always valid JSON.

use std::borrow::Cow;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The text, checked to be one JSON value. Python's `json` writes `NaN`, `Infinity` and `-Infinity` bare; they become
/// texts, so that the rest of the value can be read and a reader still sees what was there.
pub(crate) fn check(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    match serde_json::from_slice::<&RawValue>(bytes) {
        Ok(raw) => Ok(Cow::Borrowed(raw.get())),
        Err(error) => {
            let quoted = quote_bare_numbers(bytes).and_then(|quoted| String::from_utf8(quoted).ok());
            let quoted = quoted.ok_or_else(|| error.to_string())?;
            serde_json::from_str::<&RawValue>(&quoted).map_err(|_| error.to_string())?;
            Ok(Cow::Owned(quoted))
        }
    }
}

/// Whether the text is JSON as it is, so that [`check`] makes no copy.
pub(crate) fn is_strict(bytes: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(bytes).is_ok()
}

/// Quotes bare `NaN` and `Infinity`, which are not JSON; `None` if there are none.
fn quote_bare_numbers(bytes: &[u8]) -> Option<Vec<u8>> {
    const BARE: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];
    let mut quoted = Vec::with_capacity(bytes.len() + 64);
    let mut found = false;
    let mut in_string = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if !in_string && let Some(bare) = BARE.iter().find(|bare| rest.starts_with(bare)) {
            quoted.push(b'"');
            quoted.extend_from_slice(bare);
            quoted.push(b'"');
            found = true;
            at += bare.len();
            continue;
        }
        quoted.push(byte);
        at += 1;
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                quoted.extend(bytes.get(at));
                at += 1;
            }
            _ => {}
        }
    }
    found.then_some(quoted)
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
        Some(b'"') => Some(serde_json::from_str(json).unwrap_or_else(|_| {
            // half of a surrogate pair is all that can be wrong here; its escape is kept as it is
            json.get(1..json.len() - 1).unwrap_or_default().to_owned()
        })),
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
    fn bare_numbers_become_texts() {
        let python = br#"{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \" NaN","d":-1}"#;
        let json = check(python).unwrap();
        assert_eq!(json, r#"{"a":"NaN","b":["Infinity","-Infinity"],"c":"NaN \" NaN","d":-1}"#);
    }

    #[test]
    fn the_rest_is_left_alone_or_refused() {
        assert!(matches!(check(b" {\"a\": 1} "), Ok(Cow::Borrowed("{\"a\": 1}"))));
        for wrong in [&b""[..], b"{", b"{\"a\":NaNo}", b"1 2", b"\"\xff\"", b"nul", b"\"a\\"] {
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
        assert_eq!(of(r#""x\ud800""#).as_deref(), Some(r"x\ud800"));
    }
}
