//! The file as the writer has it: open, or not writable for a while.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::store::{StoreError, connection, write_error::WriteError, writer_settings::WriterSettings};

/// How long a file that cannot be written is left alone before the writer tries to open it again.
const REOPEN_PAUSE: Duration = Duration::from_secs(2);

/// The database of the writer.
pub(crate) struct WriterFile {
    path: PathBuf,
    settings: WriterSettings,
    state: FileState,
}

enum FileState {
    Open(Connection),
    Closed { cause: WriteError, since: Instant },
}

impl WriterFile {
    /// Opens or makes the file. One that can be read but not written, such as one on a full disk or one that another
    /// program holds, counts as open too, and is tried again later. Also returns what there is to say about the rights
    /// of its files.
    pub(crate) fn open_or_read(
        path: &Path,
        settings: WriterSettings,
        on_progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(Self, Vec<String>), StoreError> {
        let (state, warnings) = match connection::open_writer(path, &settings, on_progress) {
            Ok((conn, warnings)) => (FileState::Open(conn), warnings),
            Err(error) => match WriteError::of_storage(&error, path) {
                // without a file to read, or with one that cannot be read either, the first error says more
                Some(cause) if connection::open_reader(path).is_ok() => {
                    (FileState::Closed { cause, since: Instant::now() }, Vec::new())
                }
                _ => return Err(error),
            },
        };
        Ok((WriterFile { path: path.to_owned(), settings, state }, warnings))
    }

    /// Why it cannot be written, if it cannot.
    pub(crate) fn closed_by(&self) -> Option<&WriteError> {
        match &self.state {
            FileState::Open(_) => None,
            FileState::Closed { cause, .. } => Some(cause),
        }
    }

    /// Keeps the file small and lets it be copied without its -wal; failing changes nothing of what is stored.
    pub(crate) fn close(self) {
        if let FileState::Open(conn) = self.state {
            let _ = conn.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        }
    }

    /// The connection, opened again if the file could not be written before.
    pub(crate) fn connection(&mut self) -> Result<&mut Connection, WriteError> {
        Ok(self.connection_and_settings()?.0)
    }

    /// The connection likewise, and the settings.
    pub(crate) fn connection_and_settings(
        &mut self,
    ) -> Result<(&mut Connection, &WriterSettings), WriteError> {
        if let FileState::Closed { cause, since } = &mut self.state {
            if since.elapsed() < REOPEN_PAUSE {
                return Err(cause.clone());
            }
            match connection::open_writer(&self.path, &self.settings, &mut |_, _| {}) {
                Ok((conn, _)) => self.state = FileState::Open(conn),
                Err(error) => {
                    (*cause, *since) = (WriteError::new(&error, &self.path), Instant::now());
                }
            }
        }
        match &mut self.state {
            FileState::Open(conn) => Ok((conn, &self.settings)),
            FileState::Closed { cause, .. } => Err(cause.clone()),
        }
    }
}
