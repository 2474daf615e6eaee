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

/// A text as it is, a truth value as its JSON, a number in the one form of [`number`]; `None` for anything else.
pub(crate) fn scalar(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b'{' | b'[' | b'n' => None,
        b't' | b'f' => Some(json.to_owned()),
        // what is no number is kept as it is
        _ => Some(serde_json::from_str(json).map_or_else(|_| json.to_owned(), |json| number(&json))),
    }
}

/// A number as text. JSON writes one number in many ways (`1e3`, `1000`, `1000.0`): equal numbers have equal texts.
pub(crate) fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < WHOLE => {
            format!("{}", float as i64)
        }
        _ => number.to_string(),
    }
}

/// Below it, a float without a fraction is written as an integer.
const WHOLE: f64 = 9.2e18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_have_equal_texts() {
        for (json, text) in [
            ("1e3", "1000"),
            ("1E3", "1000"),
            ("1000.0", "1000"),
            ("1.50", "1.5"),
            ("-0.0", "0"),
            ("-0", "0"),
            ("1e16", "10000000000000000"),
            ("1e-07", "1e-7"),
            ("0.0000001", "1e-7"),
            ("1234567890123456789", "1234567890123456789"),
            ("1e300", "1e300"),
            ("true", "true"),
            ("\"1.50\"", "1.50"),
        ] {
            assert_eq!(
                scalar(json).as_deref().map(|text| text.replace("e+", "e")).as_deref(),
                Some(text),
                "{json}"
            );
        }
    }
}
