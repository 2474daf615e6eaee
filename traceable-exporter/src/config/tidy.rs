//! The one rule by which values are tidied: of variables, of the profile file, in JSON, and of credentials that the program sets.

/// Characters that nobody sees, and that editors, shells and web pages leave around a value: a byte order mark, and spaces
/// without a width.
const INVISIBLE: [char; 8] =
    ['\u{feff}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{2060}', '\u{ad}'];

/// Quotes that open, and close.
const QUOTES: [(char, char); 5] =
    [('"', '"'), ('\'', '\''), ('`', '`'), ('\u{201c}', '\u{201d}'), ('\u{2018}', '\u{2019}')];

/// A value without what was pasted along with it: white space, line breaks and invisible characters around it, and quotes
/// around all of it. `None`: nothing is left, which counts as unset.
pub(crate) fn tidy(value: &str) -> Option<&str> {
    let mut value = trim(value);
    while let Some(inner) = unquoted(value) {
        value = trim(inner);
    }
    (!value.is_empty()).then_some(value)
}

/// As [`tidy`], for a value that is owned: what is left of it, which may be nothing.
pub(crate) fn tidied(value: &str) -> String {
    tidy(value).unwrap_or_default().to_owned()
}

/// Without white space and invisible characters around it.
pub(crate) fn trim(value: &str) -> &str {
    value.trim_matches(|c: char| c.is_whitespace() || INVISIBLE.contains(&c))
}

/// What is inside of quotes, if they are around the whole: `"a" or "b"` has none.
fn unquoted(value: &str) -> Option<&str> {
    QUOTES.iter().find_map(|&(open, close)| {
        let inner = value.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.contains([open, close])).then_some(inner)
    })
}

/// Whether there is a quote at one end, which belongs to something that was cut off.
pub(crate) fn has_stray_quote(value: &str) -> bool {
    let is_quote = |c: char| QUOTES.iter().any(|(open, close)| c == *open || c == *close);
    value.starts_with(is_quote) || value.ends_with(is_quote)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pasted_along_goes_and_the_value_stays() {
        for around in [
            "{}",
            " {}",
            "{}\n",
            "{}\r\n",
            "\t{}\u{a0}",
            "\u{feff}{}",
            "{}\u{200b}",
            "\"{}\"",
            "'{}'",
            "`{}`",
            "\u{201c}{}\u{201d}",
            "\u{2018}{}\u{2019}",
            "'\"{}\"'",
            " \" {} \"\n",
            "\u{feff}\"{}\"\r\n",
        ] {
            assert_eq!(tidy(&around.replace("{}", "a b")), Some("a b"), "{around:?}");
            assert_eq!(tidy(&around.replace("{}", "")), None, "{around:?}");
        }
        for value in ["\"a", "a'", "\"a' ", "\"a\" or \"b\"", "it's", "[\"a\"]"] {
            assert_eq!(tidy(value), Some(value.trim()), "{value:?}");
        }
    }

    #[test]
    fn a_single_quote_sign_is_stray() {
        assert_eq!(tidy("\""), Some("\""));
        assert!(has_stray_quote("\"") && has_stray_quote("a\u{201d}") && !has_stray_quote("it's"));
    }
}
