//! Why a whole request is refused.

/// A refusal; the variant decides the HTTP status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The body cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The body, or what it unfolds to, is too large.
    #[error("{0}")]
    TooLarge(String),
    /// The body has a form that is not understood.
    #[error("{0}")]
    Unsupported(String),
    /// The request is readable and asks for something impossible.
    #[error("{0}")]
    Invalid(String),
}
