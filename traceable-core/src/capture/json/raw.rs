//! JSON that comes as text: what of it every reader takes.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde::ser::Error as _;
use serde_json::{Error, Result};

use super::buffer::Json;

impl Json<'_> {
    /// Writes JSON as it is, if it is JSON and not too deep.
    pub(super) fn verbatim(&mut self, json: &str) -> Result<()> {
        self.check(json.len())?;
        let _: IgnoredAny =
            serde_json::from_str(json).map_err(|error| Error::custom(format_args!("raw JSON: {error}")))?;
        self.check_depth(depth(json))?;
        self.bytes(whole_surrogates(json).as_bytes())
    }
}

/// How deep arrays and objects are nested.
fn depth(json: &str) -> u32 {
    let (mut depth, mut deepest, mut is_text, mut is_escaped) = (0_u32, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// JSON without escapes of half a surrogate pair. JavaScript and Python write them; strict readers refuse all of the
/// text for one.
pub(in crate::capture) fn whole_surrogates(json: &str) -> Cow<'_, str> {
    if !json.contains("\\ud") && !json.contains("\\uD") {
        return Cow::Borrowed(json);
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        whole.push_str(before);
        let length = match unit(from) {
            Some(0xd800..0xdc00)
                if from.get(6..).and_then(unit).is_some_and(|unit| (0xdc00..0xe000).contains(&unit)) =>
            {
                12
            }
            Some(0xd800..0xe000) => {
                whole.push_str("\\ufffd");
                rest = &from[6..];
                continue;
            }
            Some(_) => 6,
            None => 2,
        };
        let (escape, after) = from.split_at_checked(length).unwrap_or((from, ""));
        whole.push_str(escape);
        rest = after;
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// The code unit of the escape that the text begins with.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_pair_is_replaced() {
        for (given, expected) in [
            (r#""\ud83e\udd80""#, r#""\ud83e\udd80""#),
            (r#""\ud83ex\uDD80""#, r#""\ufffdx\ufffd""#),
            (r#""\ud83e\ud83e\udd80""#, r#""\ufffd\ud83e\udd80""#),
            (r#""\\ud83e""#, r#""\\ud83e""#),
            (r#""\\\ud83e\n""#, r#""\\\ufffd\n""#),
            (r#""\u00e9\ud83e"#, r#""\u00e9\ufffd"#),
        ] {
            assert_eq!(whole_surrogates(given), expected);
        }
    }

    #[test]
    fn brackets_in_texts_are_no_depth() {
        assert_eq!(depth(r#"[{"a\"]]]":[1]},[]]"#), 3);
        assert_eq!(depth("1"), 0);
    }
}
