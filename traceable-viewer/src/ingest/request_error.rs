//! Why the server refuses a whole request.

use crate::memory_budget::OverBudget;
use crate::model::validation_error::ValidationReason;

/// A refusal; the variant decides the HTTP status.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum RequestError {
    /// 400: the body cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// 429: other requests hold the memory.
    #[error("the memory for requests is used up; try again")]
    Busy,
    /// 413: the body is too large, before or after decompression.
    #[error("{0}")]
    TooLarge(String),
    /// 415: the server does not understand the form of the body.
    #[error("{0}")]
    Unsupported(String),
    /// 422: the request is readable and asks for something impossible.
    #[error(transparent)]
    Invalid(#[from] ValidationReason),
}

impl From<OverBudget> for RequestError {
    fn from(over: OverBudget) -> Self {
        match over {
            OverBudget::Now => RequestError::Busy,
            OverBudget::Always { max } => RequestError::TooLarge(format!(
                "the request needs more than the {max} bytes of memory for requests"
            )),
        }
    }
}

impl RequestError {
    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        RequestError::Malformed(text.into())
    }
}
