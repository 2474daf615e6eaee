//! The members of an object, one after the other, without keeping them.

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Calls `each` with every member of an object; with none when it is no object.
pub(crate) fn for_each_member<'a>(json: &'a str, each: impl FnMut(&str, &'a RawValue)) {
    struct Each<F>(F);
    impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Each<F> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some((key, value)) = map.next_entry::<std::borrow::Cow<'de, str>, &'de RawValue>()? {
                (self.0)(&key, value);
            }
            Ok(())
        }
    }
    // what is no object has no members
    let _ = serde_json::Deserializer::from_str(json).deserialize_map(Each(each));
}

/// Calls `each` with the elements of an array until it answers `false`.
pub(crate) fn for_each_element<'a>(json: &'a str, each: impl FnMut(&'a RawValue) -> bool) {
    struct Each<F>(F);
    impl<'de, F: FnMut(&'de RawValue) -> bool> Visitor<'de> for Each<F> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(value) = seq.next_element::<&'de RawValue>()? {
                if !(self.0)(value) {
                    while seq.next_element::<IgnoredAny>()?.is_some() {}
                    break;
                }
            }
            Ok(())
        }
    }
    let _ = serde_json::Deserializer::from_str(json).deserialize_seq(Each(each));
}

/// The member of this key, the last if there are several.
pub(crate) fn member<'a>(json: &'a str, wanted: &str) -> Option<&'a str> {
    let mut found = None;
    for_each_member(json, |key, value| {
        if key == wanted {
            found = Some(value.get());
        }
    });
    found
}

/// A text as it is, a number or a truth value as its JSON; `None` for anything else.
pub(crate) fn scalar(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(json.to_owned()),
    }
}
