//! Texts that are nearly JSON: what clients' serializers let through, and what a cut or spoilt text still holds.
//!
//! Repaired are bare `NaN` and `Infinity` of Python's `json`, halves of surrogate pairs, bytes that are no UTF-8, escapes
//! that JSON does not know, and control characters inside texts. A sign that is not to be known becomes U+FFFD.

use serde_json::value::RawValue;

/// Whether a JSON text has an escape of a surrogate that is not one half of a pair. JSON allows them, and no Rust text,
/// nor SQLite's, can hold one.
pub(crate) fn has_half_surrogate(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let Some((length, escape)) = Escape::read(rest.get(at..).unwrap_or_default()) else { return false };
        if escape == Escape::HalfSurrogate {
            return true;
        }
        rest = rest.get(at + length..).unwrap_or_default();
    }
    false
}

/// The most bytes that a repaired text has.
pub(crate) fn most_bytes(text: usize) -> usize {
    text.saturating_mul(2).saturating_add(64)
}

/// The text with all that can be repaired. Whether it is JSON then is another question; `None` when it would be far
/// longer than before.
pub(crate) fn repair(bytes: &[u8]) -> Option<String> {
    let most = most_bytes(bytes.len());
    let mut repair = Repair { out: String::with_capacity(bytes.len() + 64), in_string: false };
    for chunk in bytes.utf8_chunks() {
        repair.valid(chunk.valid(), most)?;
        if !chunk.invalid().is_empty() {
            repair.out.push(char::REPLACEMENT_CHARACTER);
        }
    }
    (repair.out.len() <= most).then_some(repair.out)
}

/// Reads a text between quotes that is no JSON, because quotes inside of it are not escaped: they count as its own.
pub(crate) fn text_between_quotes(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut rest = text.trim().strip_prefix('"')?.strip_suffix('"')?;
    let mut repair = Repair { out: String::from("\""), in_string: true };
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '\\' => repair.escape(rest),
            '"' => {
                repair.out.push_str("\\\"");
                1
            }
            _ => repair.letter(letter),
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    repair.out.push('"');
    serde_json::from_str(&repair.out).ok()
}

struct Repair {
    out: String,
    in_string: bool,
}

impl Repair {
    fn valid(&mut self, text: &str, most: usize) -> Option<()> {
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if self.out.len() > most {
                return None;
            }
            let length = match (self.in_string, letter) {
                (true, '\\') => self.escape(rest),
                (true, '\0'..' ') => self.letter(letter),
                (false, _) if let Some(bare) = bare_number(rest) => {
                    self.out.push('"');
                    self.out.push_str(bare);
                    self.out.push('"');
                    bare.len()
                }
                _ => {
                    self.in_string ^= letter == '"';
                    self.out.push(letter);
                    letter.len_utf8()
                }
            };
            rest = rest.get(length..).unwrap_or_default();
        }
        Some(())
    }

    /// Writes a letter of a text.
    fn letter(&mut self, letter: char) -> usize {
        match letter {
            '\0'..' ' => self.out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => self.out.push(letter),
        }
        letter.len_utf8()
    }

    /// Writes the escape that a text begins with; returns how long it was.
    fn escape(&mut self, text: &str) -> usize {
        match Escape::read(text) {
            Some((length, Escape::Known)) => {
                self.out.push_str(text.get(..length).unwrap_or_default());
                length
            }
            Some((length, Escape::HalfSurrogate)) => {
                self.out.push_str("\\ufffd");
                length
            }
            // the backslash stands for itself
            Some((_, Escape::Unknown)) | None => {
                self.out.push_str("\\\\");
                1
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    Known,
    Unknown,
    HalfSurrogate,
}

impl Escape {
    /// The escape that a text begins with, and its length; `None` when the text ends inside it.
    fn read(text: &str) -> Option<(usize, Self)> {
        match text.as_bytes().get(1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some((2, Escape::Known)),
            b'u' => Some(match code_unit(text) {
                None => (2, Escape::Unknown),
                Some(0xD800..0xDC00) => {
                    match text.get(6..).filter(|low| low.starts_with("\\u")).and_then(code_unit) {
                        Some(0xDC00..0xE000) => (12, Escape::Known),
                        _ => (6, Escape::HalfSurrogate),
                    }
                }
                Some(0xDC00..0xE000) => (6, Escape::HalfSurrogate),
                Some(_) => (6, Escape::Known),
            }),
            _ => Some((2, Escape::Unknown)),
        }
    }
}

/// The number of an escape `\uXXXX`.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.get(2..6).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn bare_number(text: &str) -> Option<&'static str> {
    ["-Infinity", "Infinity", "NaN"].into_iter().find(|bare| text.starts_with(bare))
}

/// What an object that is no JSON still holds: its members with a value that can be read, as an object; `None` when it
/// is no object, or no member can be read.
pub(crate) fn whole_members(text: &str) -> Option<String> {
    let mut rest = text.trim_start().strip_prefix('{')?;
    let mut object = String::from("{");
    while let Some((key, after)) = value(rest) {
        let Some(after) = after.trim_start().strip_prefix(':') else { break };
        let after = match value(after) {
            Some((value, after)) if after.trim_start().starts_with([',', '}']) && key.starts_with('"') => {
                if object.len() > 1 {
                    object.push(',');
                }
                object.push_str(key);
                object.push(':');
                object.push_str(value);
                after
            }
            _ => skip_value(after),
        };
        let Some(after) = after.trim_start().strip_prefix(',') else { break };
        rest = after;
    }
    object.push('}');
    (object.len() > 2).then_some(object)
}

/// The JSON value that a text begins with, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), text.get(values.byte_offset()..)?))
}

/// What follows a value that cannot be read: from the next comma or closing brace on that is not inside of it.
fn skip_value(text: &str) -> &str {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' if depth == 0 => return text.get(at..).unwrap_or_default(),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_serializers_let_through() {
        for (wrong, right) in [
            (
                &br#"{"a":NaN,"b":[Infinity,-Infinity],"c":"NaN \" NaN","d":-1}"#[..],
                r#"{"a":"NaN","b":["Infinity","-Infinity"],"c":"NaN \" NaN","d":-1}"#,
            ),
            (br#""\ud83d""#, r#""\ufffd""#),
            (br#""\ude00\ud83d\ude00\uD83Dx""#, r#""\ufffd\ud83d\ude00\ufffdx""#),
            (br#""\\ud83d""#, r#""\\ud83d""#),
            (b"\"a\xed\xa0\xbdb\"", "\"a\u{fffd}\u{fffd}\u{fffd}b\""),
            (b"\"\xff\"", "\"\u{fffd}\""),
            (br#""C:\Users \x41 \u12""#, r#""C:\\Users \\x41 \\u12""#),
            (b"\"a\nb\tc\"", r#""a\u000ab\u0009c""#),
        ] {
            assert_eq!(repair(wrong).as_deref(), Some(right));
            assert!(serde_json::from_str::<serde_json::Value>(right).is_ok());
        }
        // a backslash before a byte that is none of a text
        assert_eq!(repair(b"\"\\\xff\"").as_deref(), Some("\"\\\\\u{fffd}\""));
        assert_eq!(repair(&[b"\"", &[1; 1000][..], b"\""].concat()), None, "six times as long");
    }

    /// Python's SDK 0.15 takes `\ud83d` out of `\\ud83d`, and leaves a backslash that is before a quote.
    #[test]
    fn quotes_that_are_not_escaped() {
        let sent = br#""ValueError('half \')\n\n  raise ValueError(\"half \\")\n""#;
        assert!(serde_json::from_str::<&RawValue>(&repair(sent).unwrap()).is_err());
        let read = text_between_quotes(sent).unwrap();
        assert_eq!(read, "ValueError('half \\')\n\n  raise ValueError(\"half \\\")\n");
        assert_eq!(text_between_quotes(b"\"\xff\n\\\"").as_deref(), Some("\u{fffd}\n\\"));
        assert!(text_between_quotes(b"\"").is_none() && text_between_quotes(b"none").is_none());
    }

    #[test]
    fn halves_of_pairs() {
        for (json, half) in [
            (r#""\ud83d\ude00""#, false),
            (r#""\ud83d""#, true),
            (r#""\ud83d\u0041""#, true),
            (r#""\ude00""#, true),
            (r#""\\ud83d""#, false),
            (r#""\\\ud83d""#, true),
            ("1", false),
        ] {
            assert_eq!(has_half_surrogate(json), half, "{json}");
        }
    }

    #[test]
    fn members_that_are_whole() {
        let of = |text| whole_members(text);
        assert_eq!(of(r#"{"a":1,"b":{"c":[}],"d":"x"}"#).as_deref(), Some(r#"{"a":1,"d":"x"}"#));
        assert_eq!(of(r#"{"a":1,"b":tru,"c":[1,2],"d":"cut"#).as_deref(), Some(r#"{"a":1,"c":[1,2]}"#));
        assert_eq!(of(r#" {"a":{"b":1},}"#).as_deref(), Some(r#"{"a":{"b":1}}"#));
        assert_eq!(of(r#"{"n":12"#), None, "the number may go on");
        for nothing in ["", "[1]", "{", "{broken", "{1:2", "\"a\""] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }

    proptest! {
        /// Members of a valid object are found whatever stands after them.
        #[test]
        fn a_cut_object_keeps_what_was_whole(cut in 0..60usize) {
            let json = r#"{"id":"x","n":1,"o":{"p":[1,{"q":"}"}]},"end":"2026-11-22"}"#;
            let cut = json.get(..cut.min(json.len())).unwrap();
            if let Some(object) = whole_members(cut) {
                let read: serde_json::Value = serde_json::from_str(&object).unwrap();
                let whole: serde_json::Value = serde_json::from_str(json).unwrap();
                for (key, value) in read.as_object().unwrap() {
                    prop_assert_eq!(value, &whole[key]);
                }
            }
        }

        #[test]
        fn whatever_comes_is_read(bytes in prop::collection::vec(any::<u8>(), 0..200), text in r#"[{}\[\]:,"\\ua-f0-9 dD]{0,60}"#) {
            for bytes in [&bytes[..], text.as_bytes()] {
                let Some(repaired) = repair(bytes) else { continue };
                prop_assert!(repaired.len() <= most_bytes(bytes.len()));
                if serde_json::from_str::<&RawValue>(&repaired).is_ok() {
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&repaired).is_ok() || repaired.contains("e"));
                }
                if let Some(object) = whole_members(&repaired) {
                    prop_assert!(serde_json::from_str::<&RawValue>(&object).is_ok());
                }
            }
        }
    }
}
