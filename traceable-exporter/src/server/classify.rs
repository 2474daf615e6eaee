//! What an answer of the server means for a batch.

use std::time::Duration;

use super::http_request::Reply;

/// What an answer says about a batch.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ResponseClass {
    /// The server has it. (409: it has it from a try whose answer was lost.)
    Delivered,
    /// Try again later; with the pause that the server asks for, if it does.
    Retry(Option<Duration>),
    /// Too many bytes.
    TooLarge,
    /// Something in it is not acceptable: perhaps one run only.
    Invalid,
    /// The API key is not accepted.
    Unauthorized,
    /// There is no such endpoint.
    NotFound,
    /// It will never be taken, in whole or in part.
    Refused,
}

pub(crate) fn classify(reply: &Reply) -> ResponseClass {
    match reply {
        Reply::NoAnswer(_) | Reply::NoListener(_) => ResponseClass::Retry(None),
        Reply::Impossible(_) => ResponseClass::Refused,
        Reply::Answer { status, retry_after, .. } => match status {
            200..300 | 409 => ResponseClass::Delivered,
            408 | 425 | 429 | 500.. => ResponseClass::Retry(*retry_after),
            413 => ResponseClass::TooLarge,
            400 | 422 => ResponseClass::Invalid,
            401 | 403 => ResponseClass::Unauthorized,
            404 => ResponseClass::NotFound,
            _ => ResponseClass::Refused,
        },
    }
}
