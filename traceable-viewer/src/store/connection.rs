//! Opens connections to the file, and sets them up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::store::{StoreError, schema};

/// Opens the file for the writer, and makes or updates the tables.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path)?;
    // before the first table, or it has no effect
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    schema::migrate(&mut conn, path)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    tune(&conn)?;
    Ok(conn)
}

/// Opens an existing file for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    // not READ_ONLY: a reader of a WAL file has to be able to make the shared memory beside it
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update(None, "query_only", true)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    schema::check_version(&conn, path)?;
    tune(&conn)?;
    Ok(conn)
}

fn tune(conn: &Connection) -> Result<(), StoreError> {
    conn.pragma_update(None, "cache_size", -(16 << 10))?;
    conn.pragma_update_and_check(None, "mmap_size", 1 << 30, |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_the_tables_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new.db");
        assert!(matches!(open_reader(&path), Err(StoreError::Missing(_))));
        drop(open_writer(&path).unwrap());
        drop(open_writer(&path).unwrap());
        let conn = open_reader(&path).unwrap();
        assert!(schema::check_version(&conn, &path).is_ok());
        assert!(conn.execute("DELETE FROM run", ()).is_err(), "a reader cannot write");
    }

    #[test]
    fn leaves_other_files_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE theirs(x)").unwrap();
        assert!(matches!(open_writer(&path), Err(StoreError::Foreign(_))));
        assert!(matches!(open_reader(&path), Err(StoreError::Foreign(_))));
        let text = dir.path().join("text.db");
        std::fs::write(&text, "this is no database at all, only some text".repeat(50)).unwrap();
        assert!(matches!(open_writer(&text), Err(StoreError::Sqlite(_))));
    }

    #[test]
    fn names_the_version_of_a_newer_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("newer.db");
        open_writer(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(open_writer(&path), Err(StoreError::Version { found: 99, known: 1 })));
        assert!(matches!(open_reader(&path), Err(StoreError::Version { found: 99, known: 1 })));
    }
}
