//! The API key, which cannot be printed.

use std::fmt;

/// An API key. It has no way out but the request header: `Debug` and `Display` show a placeholder, and it cannot be
/// serialised.
///
/// ```
/// let key = traceable_exporter::ApiKey::new("lsv2_secret").unwrap();
/// assert_eq!(format!("{key} {key:?}"), "[api key] [api key]");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Box<str>);

/// A text that cannot be an API key. Does not contain the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidKey {
    /// Nothing but white space.
    Empty,
    /// Something other than printable ASCII, for example a line break in the middle.
    NotPrintableAscii,
}

impl ApiKey {
    /// Checks and takes a key. White space around it is removed: keys are often read from files that end in a line
    /// break.
    ///
    /// # Errors
    /// If the key is blank or contains anything that must not be in a request header.
    pub fn new(key: &str) -> Result<ApiKey, InvalidKey> {
        let key = key.trim();
        if key.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            return Err(InvalidKey::NotPrintableAscii);
        }
        Ok(ApiKey(key.into()))
    }

    /// The key itself, for the request header and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of the key replaced: servers sometimes repeat a request's headers in an error.
    pub(crate) fn strip_from(&self, text: &str) -> String {
        text.replace(&*self.0, "[api key]")
    }
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
        })
    }
}

impl std::error::Error for InvalidKey {}
