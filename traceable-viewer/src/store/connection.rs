//! Opens connections to the file, and sets them up.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::{
    StoreError, functions, private_files, schema, time_limit::TimeLimit, writer_settings::WriterSettings,
};

/// How long a connection waits for another program's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the file for the writer, and makes or updates the tables. Something is written in any case: an error here, and
/// not at the first request, tells that the disk is full. `settings` and `on_progress` are for the update of an older file. Also
/// returns what there is to say about the rights of files.
pub(crate) fn open_writer(
    path: &Path,
    settings: &WriterSettings,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<(Connection, Vec<String>), StoreError> {
    let path = std::path::absolute(path)?;
    // a failure is SQLite's to report, which needs the file too
    let _ = private_files::create(&path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let mut conn = Connection::open_with_flags(&path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // before the first table, or it has no effect
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    functions::register(&conn)?;
    schema::migrate(&mut conn, &path, settings, on_progress)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update_and_check(None, "journal_size_limit", 64 << 20, |_| Ok(()))?;
    // no file beside the database, on a disk that may be full too
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // fewer and larger write-backs: pages that many runs share are written once
    conn.pragma_update_and_check(None, "wal_autocheckpoint", 4000, |_| Ok(()))?;
    tune(&conn, 32 << 10)?;
    // not earlier, for until here it may be a file of somebody else
    Ok((conn, private_files::make_private(&path)))
}

/// A connection for reading.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) conn: Connection,
    pub(super) time_limit: TimeLimit,
    /// It sees what the file was when it was opened, so it is not for a second use.
    pub(crate) frozen: bool,
}

/// Opens an existing file for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Reader, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing(path.to_owned()));
    }
    let path = std::path::absolute(path)?;
    // not READ_ONLY: a reader of a WAL file has to be able to make the shared memory beside it
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let ordinary = Connection::open_with_flags(&path, flags).map_err(StoreError::from);
    match ordinary.and_then(|conn| set_up_reader(conn, &path)) {
        Ok(conn) => reader(conn, false),
        // on a full or read-only disk it cannot; without a log there is nothing to share
        Err(error) => match open_frozen(&path).and_then(|conn| set_up_reader(conn.ok()?, &path).ok()) {
            Some(conn) => reader(conn, true),
            None => Err(error),
        },
    }
}

fn reader(mut conn: Connection, frozen: bool) -> Result<Reader, StoreError> {
    let time_limit = TimeLimit::of(&mut conn)?;
    Ok(Reader { conn, time_limit, frozen })
}

fn set_up_reader(conn: Connection, path: &Path) -> Result<Connection, StoreError> {
    conn.pragma_update(None, "query_only", true)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    schema::check_version(&conn, path)?;
    functions::register(&conn)?;
    tune(&conn, 4 << 10)?;
    Ok(conn)
}

/// Opens the file as one that nobody writes; `None` when its log holds more than the file does.
#[cfg(unix)]
fn open_frozen(path: &Path) -> Option<rusqlite::Result<Connection>> {
    use std::fmt::Write;
    use std::os::unix::ffi::OsStrExt;

    if std::fs::metadata(private_files::beside(path, "-wal")).is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(*byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            _ => write!(uri, "%{byte:02X}").ok()?,
        }
    }
    uri += "?mode=ro&immutable=1";
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Some(Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX))
}

#[cfg(not(unix))]
fn open_frozen(_: &Path) -> Option<rusqlite::Result<Connection>> {
    None
}

/// The cache is in KiB. Nothing is mapped: mapped pages count as memory of the process, for each connection anew, and
/// the operating system has them in its cache anyway.
fn tune(conn: &Connection, cache_kib: i64) -> Result<(), StoreError> {
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(()))?;
    // once there are statistics, a plan would depend on the values, and each statement be made anew for each value
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(128);
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
        drop(open_writer(&path, &WriterSettings::default(), &mut |_, _| {}).unwrap());
        drop(open_writer(&path, &WriterSettings::default(), &mut |_, _| {}).unwrap());
        let conn = open_reader(&path).unwrap().conn;
        assert!(schema::check_version(&conn, &path).is_ok());
        assert!(conn.execute("DELETE FROM run", ()).is_err(), "a reader cannot write");
    }

    /// A path is a path, whatever SQLite could read into it.
    #[test]
    fn odd_names() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["file:x?mode=memory", ":memory:", "a b%20#?&.db", "\u{e4}.db"] {
            let path = dir.path().join(name);
            drop(open_writer(&path, &WriterSettings::default(), &mut |_, _| {}).unwrap());
            assert!(path.metadata().unwrap().len() > 0, "{name}");
            assert!(!open_reader(&path).unwrap().frozen, "{name}");
            #[cfg(unix)]
            assert!(set_up_reader(open_frozen(&path).unwrap().unwrap(), &path).is_ok(), "{name}");
        }
    }

    #[test]
    fn leaves_other_files_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("other.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE theirs(x)").unwrap();
        assert!(matches!(
            open_writer(&path, &WriterSettings::default(), &mut |_, _| {}),
            Err(StoreError::Foreign(_))
        ));
        assert!(matches!(open_reader(&path), Err(StoreError::Foreign(_))));
        let text = dir.path().join("text.db");
        std::fs::write(&text, "this is no database at all, only some text".repeat(50)).unwrap();
        assert!(matches!(
            open_writer(&text, &WriterSettings::default(), &mut |_, _| {}),
            Err(StoreError::Sqlite(_))
        ));
    }

    #[test]
    fn names_the_version_of_a_newer_program() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("newer.db");
        open_writer(&path, &WriterSettings::default(), &mut |_, _| {})
            .unwrap()
            .0
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(
            open_writer(&path, &WriterSettings::default(), &mut |_, _| {}),
            Err(StoreError::Version { found: 99, known: 2 })
        ));
        assert!(matches!(open_reader(&path), Err(StoreError::Version { found: 99, known: 2 })));
    }
}
