//! Reads JSON into `Value`s without rounding numbers.
//!
//! In: one JSON value that was checked before. Out: the `Value`; a number that no `Value` holds becomes the text of its
//! digits. `serde_json` reads a whole number of more than 64 bits as a fraction, and the last digit of a fraction may
//! come out different; it refuses the rest.

use serde_json::{Map, Number, Value};

use super::raw::whole_surrogates;
use crate::capture::limits::MAX_READ_DEPTH;

/// Reads a value. What is nested too deeply stays JSON, as a text.
pub(in crate::capture) fn read(json: &str) -> Value {
    Reader::of(json).value(0)
}

/// Reads a value, and tells whether its JSON is more exact and otherwise says the same.
pub(in crate::capture) fn read_and_compare(json: &str) -> (Value, bool) {
    let mut reader = Reader::of(json);
    let value = reader.value(0);
    (value, reader.has_digits && !reader.has_duplicates)
}

struct Reader<'a> {
    json: &'a str,
    at: usize,
    /// A number has become a text.
    has_digits: bool,
    /// An object has a key twice.
    has_duplicates: bool,
}

impl<'a> Reader<'a> {
    fn of(json: &'a str) -> Reader<'a> {
        Reader { json, at: 0, has_digits: false, has_duplicates: false }
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        let rest = self.json.as_bytes().get(self.at..)?;
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blank;
        rest.get(blank).copied()
    }

    /// Passes over this byte, if it comes next.
    fn passes(&mut self, byte: u8) -> bool {
        let is_next = self.next() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn since(&self, start: usize) -> &'a str {
        self.json.get(start..self.at).unwrap_or_default()
    }

    fn value(&mut self, depth: u32) -> Value {
        match self.next() {
            Some(b'[' | b'{') if depth >= MAX_READ_DEPTH => self.unread().into(),
            Some(b'[') => self.list(depth + 1),
            Some(b'{') => self.object(depth + 1),
            Some(b'"') => self.text().into(),
            _ => match self.word() {
                "true" => true.into(),
                "false" => false.into(),
                "null" | "" => Value::Null,
                digits => number(digits).map_or_else(
                    || {
                        self.has_digits = true;
                        digits.into()
                    },
                    Value::Number,
                ),
            },
        }
    }

    fn list(&mut self, depth: u32) -> Value {
        let mut items = Vec::new();
        self.at += 1;
        while !matches!(self.next(), None | Some(b']')) {
            items.push(self.value(depth));
            if !self.passes(b',') {
                break;
            }
        }
        self.passes(b']');
        items.into()
    }

    fn object(&mut self, depth: u32) -> Value {
        let mut members = Map::new();
        self.at += 1;
        while self.next() == Some(b'"') {
            let key = self.text();
            self.passes(b':');
            let value = self.value(depth);
            self.has_duplicates |= members.insert(key, value).is_some();
            if !self.passes(b',') {
                break;
            }
        }
        self.passes(b'}');
        members.into()
    }

    fn text(&mut self) -> String {
        let quoted = self.quoted();
        let text = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if !text.contains('\\') {
            return text.to_owned();
        }
        serde_json::from_str(&whole_surrogates(quoted)).unwrap_or_else(|_| text.to_owned())
    }

    /// Passes over a text. It comes with its quotes and escapes.
    fn quoted(&mut self) -> &'a str {
        let start = self.at;
        let rest = &self.json.as_bytes()[start..];
        let mut length = 1;
        while let Some(more) = rest.get(length..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            length += more + 1;
            if rest[length - 1] == b'"' {
                break;
            }
            length += 1;
        }
        self.at = (start + length).min(self.json.len());
        self.since(start)
    }

    /// Passes over a number, or one of the three words.
    fn word(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.json.as_bytes().get(start..).unwrap_or_default();
        let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        self.at += rest.iter().take_while(is_part).count();
        self.since(start)
    }

    /// Passes over an array or object, however deep it is.
    fn unread(&mut self) -> &'a str {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(byte) = self.next() {
            match byte {
                b'"' => {
                    self.quoted();
                    continue;
                }
                b'[' | b'{' => open += 1,
                b']' | b'}' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                break;
            }
        }
        self.since(start)
    }
}

/// The number, if a `Value` holds it as it is.
fn number(digits: &str) -> Option<Number> {
    let is_exact = |number: &Number| {
        let (given, read) = (Decimal::of(digits), Decimal::of(&number.to_string()));
        given.is_some() && given == read
    };
    let number = serde_json::from_str::<Number>(digits).ok().filter(is_exact);
    // it rounds better than `serde_json` does
    number.or_else(|| Number::from_f64(digits.parse().ok()?).filter(is_exact))
}

/// A number by its digits: however it is written, it is the same.
#[derive(PartialEq)]
struct Decimal {
    is_negative: bool,
    /// Without zeros at both ends.
    digits: String,
    /// Of the last digit, to the base of ten.
    exponent: i64,
}

impl Decimal {
    fn of(number: &str) -> Option<Decimal> {
        let (is_negative, number) = match number.strip_prefix('-') {
            Some(number) => (true, number),
            None => (false, number),
        };
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let digits = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let digits = digits.trim_start_matches('0').to_owned();
        let exponent = if digits.is_empty() { 0 } else { exponent.checked_add(zeros)? };
        Some(Decimal { is_negative, digits, exponent })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_value_holds_is_read_as_it_is() {
        let json = r#" { "a" : [ 1 , -2 , 0.5 , 1e3 , -0 , true , false , null ] , "\u00fc\n" : "\ud83e\udd80 \" \\" , "":{} } "#;
        let expected = json!({"a": [1, -2, 0.5, 1e3, -0.0, true, false, null], "ü\n": "🦀 \" \\", "": {}});
        assert_eq!(read(json), expected);
        assert_eq!(read("[]"), json!([]));
    }

    #[test]
    fn what_no_value_holds_becomes_the_text_of_its_digits() {
        for digits in [
            "340282366920938463463374607431768211455",
            "-18446744073709551616",
            "1e999",
            "0.1234567890123456789",
        ] {
            assert_eq!(read(digits), json!(digits));
        }
        for (same, value) in
            [("18446744073709551615", json!(u64::MAX)), ("1.50", json!(1.5)), ("10e-1", json!(1.0))]
        {
            assert_eq!(read(same), value);
        }
    }

    #[test]
    fn what_json_says_beyond_the_value() {
        let digits = u128::MAX.to_string();
        assert!(read_and_compare(&digits).1);
        assert!(!read_and_compare(r#"{"a": 1.50}"#).1);
        assert!(!read_and_compare(&format!(r#"[{{"a": "hidden", "a": {digits}}}]"#)).1);
    }

    #[test]
    fn depth_does_not_overflow_the_stack() {
        let deep = format!("{}\"]\"{}", "[".repeat(200_000), "]".repeat(200_000));
        let mut at = &read(&deep);
        while let Some(inner) = at.get(0) {
            at = inner;
        }
        assert!(at.as_str().is_some_and(|rest| rest.starts_with("[[[") && rest.contains("\"]\"]]]")));
    }

    proptest! {
        #[test]
        fn a_fraction_is_what_it_was(fraction: f64, short: f32) {
            if fraction.is_finite() {
                prop_assert_eq!(read(&serde_json::to_string(&fraction).unwrap()), json!(fraction));
            }
            if short.is_finite() {
                let text = serde_json::to_string(&short).unwrap();
                prop_assert!(Decimal::of(&read(&text).to_string()) == Decimal::of(&text));
            }
        }

        /// Whatever it is given, it neither panics nor loops.
        #[test]
        fn any_text_is_survived(text in r#"[\[\]{}",:\\0-9a-eu.\- ]{0,40}"#) {
            read(&text);
        }
    }
}
