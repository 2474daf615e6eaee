//! Why nothing could be written, in words that say what to do.

use std::io::ErrorKind;
use std::path::Path;

use rusqlite::ErrorCode;

use crate::error_chain::error_chain;
use crate::store::StoreError;

/// Why a transaction failed, with the causes as text: every request of the transaction is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WriteError {
    /// There is no room; that changes once somebody makes some.
    #[error("the disk of the database is full, so nothing is stored until there is room: {0}")]
    DiskFull(String),
    /// The file, its folder or its disk cannot be written.
    #[error("the database can only be read: {0}")]
    ReadOnly(String),
    /// It can be written again when another program lets it go.
    #[error(
        "another program holds the database, so nothing is stored until that ends or lets go; tools that edit SQLite \
         files do so until they commit: {0}"
    )]
    Locked(String),
    /// Anything else.
    #[error("the database could not be written: {0}")]
    Other(String),
}

impl WriteError {
    /// The error, if its reason is the storage below the file, or another program, and not the file itself.
    pub(crate) fn of_storage(error: &StoreError, path: &Path) -> Option<Self> {
        match Self::new(error, path) {
            WriteError::Other(_) => None,
            storage => Some(storage),
        }
    }

    /// An error of opening a file. SQLite does not always know that it was the disk that is full.
    pub(crate) fn new(error: &StoreError, path: &Path) -> Self {
        match Self::from_ref(error) {
            WriteError::ReadOnly(text) if is_full(path) => WriteError::DiskFull(text),
            error => error,
        }
    }

    fn from_ref(error: &StoreError) -> Self {
        let text = error_chain(error);
        match error {
            StoreError::Sqlite(sqlite) => match sqlite.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => WriteError::DiskFull(text),
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => WriteError::Locked(text),
                // a quota, a limit on the size of files, or a device that fails; SQLite does not tell which
                Some(ErrorCode::SystemIoFailure) => WriteError::ReadOnly(text),
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    WriteError::ReadOnly(text)
                }
                _ => WriteError::Other(text),
            },
            StoreError::Io(io) => match io.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => WriteError::DiskFull(text),
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied | ErrorKind::FileTooLarge => {
                    WriteError::ReadOnly(text)
                }
                _ => WriteError::Other(text),
            },
            _ => WriteError::Other(text),
        }
    }
}

/// Whether the disk of a file has no room at all.
#[cfg(unix)]
fn is_full(path: &Path) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|disk| disk.f_bavail == 0 && disk.f_blocks > 0)
}

#[cfg(not(unix))]
fn is_full(_: &Path) -> bool {
    false
}

impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        Self::from_ref(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_below_the_file() {
        let sqlite =
            |code| StoreError::Sqlite(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None));
        let of = |error: StoreError| WriteError::of_storage(&error, Path::new("."));
        assert!(matches!(of(sqlite(rusqlite::ffi::SQLITE_FULL)), Some(WriteError::DiskFull(_))));
        assert!(matches!(of(StoreError::Io(ErrorKind::StorageFull.into())), Some(WriteError::DiskFull(_))));
        for code in
            [rusqlite::ffi::SQLITE_READONLY, rusqlite::ffi::SQLITE_IOERR, rusqlite::ffi::SQLITE_CANTOPEN]
        {
            assert!(matches!(of(sqlite(code)), Some(WriteError::ReadOnly(_))), "{code}");
        }
        assert!(matches!(of(sqlite(rusqlite::ffi::SQLITE_BUSY)), Some(WriteError::Locked(_))));
        for code in [rusqlite::ffi::SQLITE_CORRUPT, rusqlite::ffi::SQLITE_NOTADB] {
            assert_eq!(of(sqlite(code)), None, "{code}");
        }
        assert_eq!(of(StoreError::Foreign("x".into())), None);
    }
}
