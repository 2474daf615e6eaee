//! Why the file cannot be opened, read or written.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::encoded_text::DamagedText;

/// Why a database could not be opened, read or written.
///
/// Texts do not repeat the cause: it is the error's [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such file, and a reader does not make one.
    #[error("there is no database at `{0}`; `traceable serve` makes one")]
    Missing(PathBuf),
    /// The file is a SQLite database of another program.
    #[error("`{0}` is a database, but not one of traceable")]
    Foreign(PathBuf),
    /// The file was written by a version with other tables.
    #[error("the database has schema version {found}; this program supports up to {known}")]
    Version {
        /// The version found in the file.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// SQLite reported an error.
    #[error("SQLite reported an error")]
    Sqlite(#[from] rusqlite::Error),
    /// A read was ended because it took longer than it may.
    #[error("the answer takes longer than {} s: ask for one project, a shorter time or a narrower filter", .0.as_secs_f32())]
    TooSlow(Duration),
    /// A stored value cannot be read.
    #[error("the database holds a damaged value: {0}")]
    Damaged(String),
    /// The operating system reported an error.
    #[error("the operating system reported an error")]
    Io(#[from] std::io::Error),
}

impl From<DamagedText> for StoreError {
    fn from(damage: DamagedText) -> Self {
        StoreError::Damaged(damage.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn texts_do_not_repeat_the_cause() {
        let errors = [
            StoreError::Sqlite(rusqlite::Error::QueryReturnedNoRows),
            StoreError::Io(std::io::ErrorKind::StorageFull.into()),
        ];
        for error in errors {
            let cause = error.source().unwrap().to_string();
            assert!(!error.to_string().contains(&cause), "{error}");
        }
    }
}
