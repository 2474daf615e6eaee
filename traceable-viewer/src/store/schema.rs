//! The tables, their versions and how connections are set up.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

/// The version of the tables below; raised with every change, each with a step in [`migrate`].
const VERSION: i64 = 1;

/// Marks the file as ours (`PRAGMA application_id`): "trcb".
const APPLICATION_ID: i64 = 0x7472_6362;

/// Scalars that lists and filters read are apart from payloads, so that a page of runs reads few pages of the file.
const TABLES: &str = "
CREATE TABLE project(
  pid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, created_us INTEGER NOT NULL) STRICT;
CREATE TABLE run(
  rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, trace_id BLOB NOT NULL, parent_id BLOB,
  pid INTEGER NOT NULL, name TEXT, run_type TEXT, status INTEGER NOT NULL, start_us INTEGER, end_us INTEGER,
  dotted_order TEXT NOT NULL, depth INTEGER NOT NULL, tags TEXT, reference_example_id BLOB,
  received_us INTEGER NOT NULL, seq INTEGER NOT NULL, flags INTEGER NOT NULL) STRICT;
CREATE TABLE payload(
  rid INTEGER PRIMARY KEY, inputs BLOB, outputs BLOB, extra BLOB, events BLOB, error BLOB, serialized BLOB) STRICT;
CREATE TABLE tag(tag TEXT NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(tag, rid)) STRICT, WITHOUT ROWID;
CREATE TABLE attachment(
  aid INTEGER PRIMARY KEY, rid INTEGER NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, len INTEGER NOT NULL,
  data BLOB NOT NULL, UNIQUE(rid, name)) STRICT;
CREATE TABLE feedback(
  id BLOB PRIMARY KEY, run_id BLOB, trace_id BLOB, key TEXT, score REAL, value TEXT, comment TEXT,
  doc TEXT NOT NULL, created_us INTEGER NOT NULL) STRICT;
CREATE INDEX run_roots ON run(pid, start_us DESC) WHERE parent_id IS NULL;
CREATE INDEX run_errors ON run(pid, start_us DESC) WHERE status = 2;
CREATE INDEX run_start ON run(pid, start_us DESC);
CREATE INDEX run_newest ON run(start_us DESC) WHERE parent_id IS NULL;
CREATE INDEX run_trace ON run(trace_id, dotted_order);
CREATE INDEX run_seq ON run(seq);
CREATE INDEX run_guessed ON run(parent_id) WHERE flags & 65536;
CREATE INDEX run_orphan ON run(parent_id) WHERE flags & 524288;
CREATE INDEX run_orphan_trace ON run(trace_id, start_us) WHERE flags & 524288;
CREATE INDEX feedback_run ON feedback(run_id);
";

/// Opens the file for the writer, and makes or updates the tables.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = Connection::open(path)?;
    // before the first table, or it has no effect
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    migrate(&mut conn, path)?;
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
    match versions(&conn)? {
        (APPLICATION_ID, VERSION) => {}
        (APPLICATION_ID, found) => return Err(StoreError::Version { found, known: VERSION }),
        _ => return Err(StoreError::Foreign(path.to_owned())),
    }
    tune(&conn)?;
    Ok(conn)
}

fn tune(conn: &Connection) -> Result<(), StoreError> {
    conn.pragma_update(None, "cache_size", -(16 << 10))?;
    conn.pragma_update_and_check(None, "mmap_size", 1 << 30, |_| Ok(()))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // the check is inside the transaction: two programs may open a new file at the same moment
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match versions(&tx)? {
        (0, 0) if is_empty(&tx)? => {
            tx.execute_batch(TABLES)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", VERSION)?;
        }
        (APPLICATION_ID, VERSION) => {}
        (APPLICATION_ID, found) => return Err(StoreError::Version { found, known: VERSION }),
        _ => return Err(StoreError::Foreign(path.to_owned())),
    }
    tx.commit()?;
    Ok(())
}

fn versions(conn: &Connection) -> Result<(i64, i64), StoreError> {
    let one = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    Ok((one("application_id")?, one("user_version")?))
}

fn is_empty(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))?)
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
        assert_eq!(versions(&conn).unwrap(), (APPLICATION_ID, VERSION));
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
