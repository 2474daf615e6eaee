//! A rule of the program's own.

use std::borrow::Cow;
use std::fmt;

use regex::Regex;

/// A pattern and its replacement.
#[derive(Clone)]
pub(super) struct Rule {
    pattern: Regex,
    replacement: String,
}

impl Rule {
    pub(super) fn new(pattern: &str, replacement: String) -> Result<Rule, InvalidRule> {
        let invalid = |problem: String| InvalidRule { pattern: pattern.to_owned(), problem };
        let compiled = Regex::new(pattern).map_err(|error| invalid(error.to_string()))?;
        if compiled.is_match("") {
            return Err(invalid("it matches the empty text, and so between any two letters".to_owned()));
        }
        Ok(Rule { pattern: compiled, replacement })
    }

    pub(super) fn apply(&self, text: &str) -> Option<String> {
        match self.pattern.replace_all(text, self.replacement.as_str()) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text),
        }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Rule) -> bool {
        self.pattern.as_str() == other.pattern.as_str() && self.replacement == other.replacement
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} => {:?}", self.pattern.as_str(), self.replacement)
    }
}

/// A pattern that cannot be a [rule](crate::Anonymizer::rule).
///
/// ```
/// let error = traceable_exporter::Anonymizer::new().rule("card (", "[card]").unwrap_err();
/// assert!(error.to_string().contains("card ("));
/// assert!(traceable_exporter::Anonymizer::new().rule("[0-9]*", "").is_err(), "matches the empty text");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct InvalidRule {
    pattern: String,
    problem: String,
}

impl InvalidRule {
    /// Returns the pattern.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }
}

impl fmt::Display for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the pattern {:?} cannot be a rule of the anonymizer: {}", self.pattern, self.problem)
    }
}

/// As the sentence, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for InvalidRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for InvalidRule {}
