//! The tables, their version, and the steps from one version to the next (migrations).

use std::path::Path;

use rusqlite::Connection;

use crate::store::{StoreError, backfill, writer_settings::WriterSettings};

/// The steps from an empty file to the tables of today. A file of version N has had the first N; what a release has
/// shipped never changes, a change of the tables is one more step.
const STEPS: &[&str] = &[TABLES, QUERIES];

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

/// What lists, filters and statistics read: scalars that are taken out of payloads when a run is stored, totals of
/// traces, and the full text. The bytes of files are apart from what runs have them, each stored once; triggers delete
/// those that no run has any more.
///
/// `run.seq` rises with each change of a run. The one row of `highest_deleted` has the highest `seq` of the runs that were
/// deleted, so that it never falls back.
///
/// The index `run_start` has all that statistics read, so that those of a project read no row: a third of the time.
const QUERIES: &str = "
ALTER TABLE project ADD COLUMN description TEXT;
ALTER TABLE project ADD COLUMN extra TEXT;
ALTER TABLE run ADD COLUMN latency_us INTEGER;
ALTER TABLE run ADD COLUMN first_token_us INTEGER;
ALTER TABLE run ADD COLUMN thread_id TEXT;
ALTER TABLE run ADD COLUMN model TEXT;
ALTER TABLE run ADD COLUMN prompt_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN completion_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN total_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN prompt_cost REAL;
ALTER TABLE run ADD COLUMN completion_cost REAL;
ALTER TABLE run ADD COLUMN total_cost REAL;
ALTER TABLE run ADD COLUMN inputs_preview TEXT;
ALTER TABLE run ADD COLUMN outputs_preview TEXT;
ALTER TABLE run ADD COLUMN changed_us INTEGER NOT NULL DEFAULT 0;
CREATE TABLE attribute_key(
  kid INTEGER PRIMARY KEY, kind INTEGER NOT NULL, key TEXT NOT NULL, UNIQUE(kind, key)) STRICT;
CREATE TABLE attribute(
  rid INTEGER NOT NULL, kid INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(rid, kid, value)) STRICT, WITHOUT ROWID;
CREATE INDEX attribute_value ON attribute(kid, value);
CREATE TABLE trace(
  trace_id BLOB PRIMARY KEY, runs INTEGER NOT NULL, errors INTEGER NOT NULL, start_us INTEGER, end_us INTEGER,
  prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, total_tokens INTEGER NOT NULL,
  prompt_cost REAL, completion_cost REAL, total_cost REAL, first_token_us INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE file(fid INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, data BLOB NOT NULL) STRICT;
INSERT OR IGNORE INTO file(hash, data) SELECT sha256(data), data FROM attachment ORDER BY aid;
ALTER TABLE attachment RENAME TO with_data;
CREATE TABLE attachment(
  aid INTEGER PRIMARY KEY, rid INTEGER NOT NULL, name TEXT NOT NULL, mime TEXT NOT NULL, len INTEGER NOT NULL,
  fid INTEGER NOT NULL, UNIQUE(rid, name)) STRICT;
INSERT INTO attachment SELECT aid, rid, name, mime, len, (SELECT fid FROM file WHERE hash = sha256(with_data.data))
  FROM with_data;
DROP TABLE with_data;
CREATE INDEX attachment_file ON attachment(fid);
CREATE TRIGGER file_unused AFTER DELETE ON attachment
WHEN NOT EXISTS (SELECT 1 FROM attachment WHERE fid = OLD.fid) BEGIN DELETE FROM file WHERE fid = OLD.fid; END;
CREATE TRIGGER file_replaced AFTER UPDATE OF fid ON attachment
WHEN NOT EXISTS (SELECT 1 FROM attachment WHERE fid = OLD.fid) BEGIN DELETE FROM file WHERE fid = OLD.fid; END;
CREATE TABLE otel_run(id BLOB PRIMARY KEY, run_id BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX otel_run_run ON otel_run(run_id);
CREATE TABLE share(run_id BLOB PRIMARY KEY, token BLOB NOT NULL UNIQUE, created_us INTEGER NOT NULL) STRICT;
CREATE VIRTUAL TABLE run_text USING fts5(
  body, content='', contentless_delete=1, detail=none, tokenize=\"unicode61 tokenchars '_'\");
DROP INDEX run_trace;
CREATE INDEX run_trace ON run(trace_id);
DROP INDEX run_start;
CREATE INDEX run_start ON run(
  pid, start_us DESC, status, latency_us, first_token_us, prompt_tokens, completion_tokens, total_tokens, prompt_cost,
  completion_cost, total_cost);
CREATE INDEX run_thread ON run(pid, thread_id, start_us) WHERE thread_id IS NOT NULL AND parent_id IS NULL;
CREATE INDEX feedback_key ON feedback(key, score);
CREATE TABLE highest_deleted(seq INTEGER NOT NULL) STRICT;
INSERT INTO highest_deleted(seq) VALUES(0);
";

/// Checks that the tables of a file are those this program knows.
pub(crate) fn check_version(conn: &Connection, path: &Path) -> Result<(), StoreError> {
    match own_version(conn, path)? {
        found if found == version(STEPS) => Ok(()),
        found => Err(StoreError::Version { found, known: version(STEPS) }),
    }
}

/// Makes the tables in a new file, and brings those of an older version up to date. `on_progress` gets how many runs of
/// such a file are done, and how many there are.
pub(crate) fn migrate(
    conn: &mut Connection,
    path: &Path,
    settings: &WriterSettings,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<(), StoreError> {
    migrate_by(STEPS, conn, path, &mut |tx, found| match found {
        1 => backfill::fill(tx, settings, on_progress),
        _ => Ok(()),
    })
}

/// Fills new columns; gets the version that was found.
type Fill<'a> = &'a mut dyn FnMut(&Connection, i64) -> Result<(), StoreError>;

fn migrate_by(steps: &[&str], conn: &mut Connection, path: &Path, fill: Fill<'_>) -> Result<(), StoreError> {
    // the check is inside the transaction: two programs may open a file at the same moment
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let found = if is_empty(&tx)? && versions(&tx)? == (0, 0) { 0 } else { own_version(&tx, path)? };
    let missing = usize::try_from(found).ok().and_then(|found| steps.get(found..));
    let Some(missing) = missing else {
        return Err(StoreError::Version { found, known: version(steps) });
    };
    for step in missing {
        tx.execute_batch(step)?;
    }
    fill(&tx, found)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    // written in any case, to see whether the file can be
    tx.pragma_update(None, "user_version", version(steps))?;
    tx.commit()?;
    Ok(())
}

fn version(steps: &[&str]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

/// The version of a file of ours.
fn own_version(conn: &Connection, path: &Path) -> Result<i64, StoreError> {
    match versions(conn)? {
        (APPLICATION_ID, version) => Ok(version),
        _ => Err(StoreError::Foreign(path.to_owned())),
    }
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

    fn columns(conn: &Connection) -> Vec<String> {
        let mut statement = conn.prepare("SELECT name FROM pragma_table_info('feedback')").unwrap();
        statement.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_file_takes_the_steps_it_has_not_had() {
        let path = Path::new("any");
        let later =
            [TABLES, "ALTER TABLE feedback ADD COLUMN source TEXT", "CREATE TABLE added(x ANY) STRICT"];
        let mut conn = Connection::open_in_memory().unwrap();
        migrate_by(&later[..1], &mut conn, path, &mut |_, _| Ok(())).unwrap();
        conn.execute("INSERT INTO feedback(id, doc, created_us) VALUES(x'01', '{}', 5)", ()).unwrap();
        assert!(!columns(&conn).contains(&"source".to_owned()));
        migrate_by(&later, &mut conn, path, &mut |_, _| Ok(())).unwrap();
        migrate_by(&later, &mut conn, path, &mut |_, _| Ok(())).unwrap();
        assert!(columns(&conn).contains(&"source".to_owned()));
        assert_eq!(own_version(&conn, path).unwrap(), 3);
        let kept: i64 = conn.query_row("SELECT created_us FROM feedback", (), |row| row.get(0)).unwrap();
        assert_eq!(kept, 5);
        let error = migrate_by(&later[..2], &mut conn, path, &mut |_, _| Ok(())).unwrap_err();
        assert!(matches!(error, StoreError::Version { found: 3, known: 2 }), "{error}");
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let path = Path::new("any");
        let mut conn = Connection::open_in_memory().unwrap();
        migrate_by(&[TABLES], &mut conn, path, &mut |_, _| Ok(())).unwrap();
        let broken = [TABLES, "ALTER TABLE feedback ADD COLUMN source TEXT; nonsense"];
        assert!(migrate_by(&broken, &mut conn, path, &mut |_, _| Ok(())).is_err());
        assert!(!columns(&conn).contains(&"source".to_owned()));
        assert_eq!(own_version(&conn, path).unwrap(), 1);
    }

    #[test]
    fn files_of_the_first_version_are_kept_each_once() {
        let conn = Connection::open_in_memory().unwrap();
        crate::store::functions::register(&conn).unwrap();
        conn.execute_batch(TABLES).unwrap();
        for (rid, name, data) in [(1, "a", "same"), (1, "b", "other"), (2, "a", "same"), (3, "a", "")] {
            let sql =
                "INSERT INTO attachment(rid, name, mime, len, data) VALUES(?1, ?2, 'text/plain', ?3, ?4)";
            conn.execute(sql, (rid, name, data.len(), data.as_bytes())).unwrap();
        }
        conn.execute_batch(QUERIES).unwrap();
        let sql = "SELECT group_concat(rid || name || len || CAST(data AS TEXT), ' ' ORDER BY aid), \
                   count(DISTINCT fid) FROM attachment JOIN file USING(fid)";
        let found: (String, i64) = conn.query_row(sql, (), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(found, ("1a4same 1b5other 2a4same 3a0".to_owned(), 3));
    }

    #[test]
    fn a_negative_version_is_not_ours() {
        let mut conn = Connection::open_in_memory().unwrap();
        migrate_by(&[TABLES], &mut conn, Path::new("any"), &mut |_, _| Ok(())).unwrap();
        conn.pragma_update(None, "user_version", -1).unwrap();
        let error = migrate_by(&[TABLES], &mut conn, Path::new("any"), &mut |_, _| Ok(())).unwrap_err();
        assert!(matches!(error, StoreError::Version { found: -1, known: 1 }), "{error}");
    }
}
