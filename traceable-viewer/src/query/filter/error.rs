//! What is wrong with a filter, and where.

/// Why a filter cannot be used: what is wrong, the column where (counted in characters from 1), and what to write
/// instead if that is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid filter: {message} at column {column}")]
#[non_exhaustive]
pub struct FilterError {
    /// What is wrong.
    pub message: String,
    /// Where, in characters from 1.
    pub column: usize,
}

impl FilterError {
    /// The word that was perhaps meant, if one is near.
    pub fn suggestion(&self) -> Option<&str> {
        self.message.split_once(SUGGESTION)?.1.split("?)").next()
    }

    pub(super) fn new(column: usize, message: impl Into<String>) -> Self {
        FilterError { message: message.into(), column }
    }
}

/// What precedes a suggestion.
const SUGGESTION: &str = " (did you mean ";

/// ` (did you mean ..?)` with the known word that is nearest, or nothing when none is near.
pub(super) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    let word = word.to_ascii_lowercase();
    let nearest = known
        .map(|known| (strsim::damerau_levenshtein(&word, known), known))
        .min_by_key(|(distance, known)| (*distance, *known));
    match nearest {
        Some((distance, known)) if distance <= 1 + known.len() / 4 => format!("{SUGGESTION}{known}?)"),
        _ => String::new(),
    }
}
