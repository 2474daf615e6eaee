//! Private keys in PEM: from the line that begins one to the line that ends it.

use std::ops::Range;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The ranges of private keys. A key whose end line is missing, cut off perhaps, ends with its last base64 letter.
///
/// Not a regular expression: with many beginnings and no end, it would search the whole rest of the text for each.
pub(super) fn private_keys(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut has_end = true;
    let mut at = 0;
    while let Some(begin) = text[at..].find(BEGIN).map(|offset| at + offset) {
        at = begin + BEGIN.len();
        let Some(body) = after_label(text, at) else { continue };
        let end = if has_end { text[body..].find(END).map(|offset| body + offset) } else { None };
        has_end = end.is_some();
        at = match end {
            Some(end) => after_label(text, end + END.len()).unwrap_or(end + END.len()),
            None => body + length_of_letters(&text[body..]),
        };
        found.push(begin..at);
    }
    found
}

/// The position behind `RSA PRIVATE KEY-----`, if that is what begins at `at`.
fn after_label(text: &str, at: usize) -> Option<usize> {
    let is_part = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ';
    let after = at + text[at..].bytes().take_while(|b| is_part(b)).count();
    let label = &text[at..after];
    let kind = label.strip_suffix(" BLOCK").unwrap_or(label).strip_suffix("PRIVATE KEY");
    // no kind of key has a longer label
    let is_key = kind.is_some_and(|kind| kind.len() <= 40);
    is_key.then(|| if text[after..].starts_with(DASHES) { after + DASHES.len() } else { after })
}

/// The length of base64 in lines; the line breaks may be escaped.
fn length_of_letters(text: &str) -> usize {
    let is_part = |b: &u8| {
        b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || matches!(b, b'+' | b'/' | b'=' | b'\\')
    };
    text.bytes().take_while(|b| is_part(b)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(text: &str) -> String {
        let mut rest = text.to_owned();
        for range in private_keys(text).into_iter().rev() {
            rest.replace_range(range, "*");
        }
        rest
    }

    #[test]
    fn keys_go_from_begin_to_end_and_certificates_stay() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\n-----END RSA PRIVATE KEY-----";
        assert_eq!(rest(&format!("a {key} b {key}\n")), "a * b *\n");
        assert_eq!(rest(&format!("a {}\\n é", &key[..40])), "a *é");
        assert_eq!(
            rest("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----!"),
            "*!"
        );
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
        assert_eq!(rest(certificate), certificate);
        assert_eq!(rest("-----BEGIN PRIVATE KEY"), "*");
    }

    #[test]
    fn many_beginnings_without_an_end_cost_no_more_than_their_length() {
        let text = "-----BEGIN PRIVATE KEY-----".repeat(100_000);
        assert_eq!(private_keys(&text).len(), 100_000);
    }
}
