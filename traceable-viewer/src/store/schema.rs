//! The tables, their version, and the steps from one version to the next (migrations).

use std::path::Path;

use rusqlite::Connection;

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

/// Whether the tables of a file are those this program knows.
pub(crate) fn check_version(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    match versions(conn)? {
        (APPLICATION_ID, VERSION) => Ok(()),
        (APPLICATION_ID, found) => Err(StoreError::Version { found, known: VERSION }),
        _ => Err(StoreError::Foreign(path.to_owned())),
    }
}

/// Makes the tables in a new file, and brings those of an older version up to date.
pub(crate) fn migrate(conn: &mut Connection, path: &Path) -> Result<(), StoreError> {
    // the check is inside the transaction: two programs may open a new file at the same moment
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match versions(&tx)? {
        (0, 0) if is_empty(&tx)? => {
            tx.execute_batch(TABLES)?;
            tx.pragma_update(None, "application_id", APPLICATION_ID)?;
            tx.pragma_update(None, "user_version", VERSION)?;
        }
        _ => check_version(&tx, path)?,
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
