//! Whether the file could be written right now, without writing.

use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::store::{Store, StoreError};

/// Writers hold the lock for milliseconds; one that holds it for longer keeps others out.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a program could write the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteLock {
    /// It could.
    Free,
    /// Another program has held the lock for two seconds.
    Held,
    /// The file, its folder or its disk can only be read.
    ReadOnly,
}

impl Store {
    /// Takes the lock of writers for a moment, and lets it go.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or SQLite reports another error.
    pub fn write_lock(&self) -> Result<WriteLock, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Connection::open_with_flags(std::path::absolute(self.path())?, flags)?;
        conn.busy_timeout(PATIENCE)?;
        match conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
            Ok(()) => Ok(WriteLock::Free),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Ok(WriteLock::Held),
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    Ok(WriteLock::ReadOnly)
                }
                _ => Err(error.into()),
            },
        }
    }
}
