//! Why a query is not answered.

use crate::query::filter::FilterError;
use crate::store::StoreError;

/// Why a query was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// A cursor that no page has returned, or one of another query.
    #[error("invalid cursor: give the one that the page before returned, or none")]
    Cursor,
    /// A filter that cannot be read.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// A text to search for that has no letter and no digit.
    #[error("the text to search for has no word: give at least one letter or digit")]
    NoWords,
    /// A text to search for that is too long.
    #[error("the text to search for has more than 64 words, or more than 16384 bytes: give fewer words")]
    TooManyWords,
    /// The file could not be read.
    #[error("the database could not be read")]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for QueryError {
    fn from(error: rusqlite::Error) -> Self {
        QueryError::Store(error.into())
    }
}
