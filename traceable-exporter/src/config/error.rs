//! The error of a configuration.

use std::fmt;

/// A setting that is missing or wrong. It names the variable, what was found and what was expected; it never contains
/// an API key.
///
/// ```
/// use traceable_exporter::{Config, ConfigErrorKind};
/// let error = Config::builder().endpoint("ftp://example.org").build().unwrap_err();
/// assert_eq!(error.variable(), "LANGSMITH_ENDPOINT");
/// assert_eq!(error.kind(), ConfigErrorKind::Malformed);
/// assert!(error.to_string().contains("ftp://example.org"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    kind: ConfigErrorKind,
    variable: String,
    found: Option<String>,
    expected: String,
}

/// How a setting is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// It is required, and not set.
    Missing,
    /// It has the wrong form.
    Malformed,
    /// It would send an API key or the program's data unencrypted.
    Insecure,
    /// It contradicts another setting.
    Conflict,
    /// It needs a feature that this build of the crate does not have.
    NotBuilt,
}

impl ConfigError {
    pub(crate) fn missing(variable: &str, expected: impl Into<String>) -> ConfigError {
        ConfigError::new(ConfigErrorKind::Missing, variable, None, expected)
    }

    pub(crate) fn malformed(variable: &str, found: Option<&str>, expected: impl Into<String>) -> ConfigError {
        ConfigError::new(ConfigErrorKind::Malformed, variable, found, expected)
    }

    pub(crate) fn new(
        kind: ConfigErrorKind,
        variable: &str,
        found: Option<&str>,
        expected: impl Into<String>,
    ) -> ConfigError {
        // the value goes into log lines: one line, and not too long
        let found = found.map(|f| f.chars().filter(|c| !c.is_control()).take(200).collect());
        ConfigError { kind, variable: variable.to_owned(), found, expected: expected.into() }
    }

    /// How the setting is wrong.
    pub fn kind(&self) -> ConfigErrorKind {
        self.kind
    }

    /// The environment variable that was read, or that stands for the program's setting.
    pub fn variable(&self) -> &str {
        &self.variable
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.found, self.kind) {
            (Some(found), _) => write!(f, "{} is {found:?}: expected {}", self.variable, self.expected),
            (None, ConfigErrorKind::Missing) => {
                write!(f, "{} is not set: expected {}", self.variable, self.expected)
            }
            (None, _) => write!(f, "{} cannot be used: expected {}", self.variable, self.expected),
        }
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}
