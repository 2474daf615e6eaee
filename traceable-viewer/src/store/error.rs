//! What can go wrong with the file.

use std::path::PathBuf;

/// Why a database could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such file, and reading does not make one.
    #[error("there is no database at `{0}`; `traceable serve` makes one")]
    Missing(PathBuf),
    /// The file is a SQLite database of another program.
    #[error("`{0}` is a database, but not one of traceable")]
    Foreign(PathBuf),
    /// The file was written by a version with other tables.
    #[error("the database has version {found} of the tables, this program knows versions up to {known}")]
    Version {
        /// The version found in the file.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// SQLite reported an error.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A stored value could not be understood.
    #[error("the database holds a damaged value: {0}")]
    Damaged(String),
    /// The operating system reported an error.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}
