//! The API key, which is never printed.

use std::fmt;
use std::hint::black_box;

use xxhash_rust::xxh3::xxh3_64;

use super::tidy::{has_stray_quote, tidy};

/// An API key. Only the request header reveals it: `Debug` and `Display` show a placeholder, and it cannot be
/// serialised.
///
/// When dropped, it overwrites its memory, so that a later crash dump does not contain it. That is best effort, without
/// `unsafe`: copies stay in the environment, where it came from, and during a request in the buffers of the HTTP
/// client.
///
/// ```
/// let key = traceable_exporter::ApiKey::new("lsv2_secret").unwrap();
/// assert_eq!(format!("{key} {key:?}"), "[api key] [api key]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Box<str>);

/// A key that is not checked yet, and just as secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SecretText(pub(crate) String);

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[api key]")
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        wipe(std::mem::take(&mut self.0));
    }
}

/// Why a text cannot be an API key. Does not contain the text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidKey {
    /// It is empty or white space.
    Empty,
    /// It contains something other than printable ASCII, for example a line break in the middle.
    NotPrintableAscii,
    /// It begins or ends with a quotation mark that has no counterpart: a part of the line was cut off, or pasted along.
    StrayQuote,
}

impl ApiKey {
    /// Checks a key. Removes white space and quotes around it: keys are often read from files that end in a line break.
    ///
    /// # Errors
    /// If the key is blank, contains a character that a request header must not contain, or has a quotation mark at one
    /// end.
    pub fn new(key: &str) -> Result<ApiKey, InvalidKey> {
        let key = tidy(key).ok_or(InvalidKey::Empty)?;
        if has_stray_quote(key) {
            return Err(InvalidKey::StrayQuote);
        }
        if !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(InvalidKey::NotPrintableAscii);
        }
        Ok(ApiKey(key.into()))
    }

    /// The key itself, for the request header only.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// A hash to tell keys apart. Not to be shown either: it would confirm a guessed key.
    pub(crate) fn hash(&self) -> u64 {
        xxh3_64(self.0.as_bytes())
    }

    /// Replaces every occurrence of the key in `text`, also escaped as in JSON and in URLs: servers sometimes repeat a
    /// request's headers in an error.
    pub(crate) fn strip_from(&self, text: &str) -> String {
        let json = serde_json::Value::from(&*self.0).to_string();
        let mut text = text.replace(&*self.0, "[api key]").replace(json.trim_matches('"'), "[api key]");
        for escape in [|b| format!("%{b:02X}"), |b: u8| format!("%{b:02x}")] {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
            let escaped =
                self.0.bytes().map(|b| if is_plain(b) { char::from(b).to_string() } else { escape(b) });
            text = text.replace(&escaped.collect::<String>(), "[api key]");
        }
        text
    }
}

impl Drop for ApiKey {
    fn drop(&mut self) {
        wipe(std::mem::take(&mut self.0).into());
    }
}

/// Overwrites a text.
pub(crate) fn wipe(text: String) {
    let mut bytes = text.into_bytes();
    bytes.fill(0);
    // otherwise the compiler may remove the write as unused
    black_box(&mut bytes);
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[api key]")
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[api key]")
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            InvalidKey::Empty => "the API key is blank",
            InvalidKey::NotPrintableAscii => "the API key contains characters other than printable ASCII",
            InvalidKey::StrayQuote => "the API key has a quotation mark at one end",
        })
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InvalidKey {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_removed_from_a_text_however_it_is_escaped() {
        let key = ApiKey::new("a/b+c\"d e").unwrap();
        for echo in ["a/b+c\"d e", "a/b+c\\\"d e", "a%2Fb%2Bc%22d%20e", "a%2fb%2bc%22d%20e"] {
            let text = format!("Authorization: Bearer {echo}, x-api-key={echo}");
            assert_eq!(
                key.strip_from(&text),
                "Authorization: Bearer [api key], x-api-key=[api key]",
                "{echo}"
            );
        }
    }
}
