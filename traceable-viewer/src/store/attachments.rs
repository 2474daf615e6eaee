//! The table `attachment`: the files of runs, stored as they come.

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use crate::model::{change::NewAttachment, stored_run::AttachmentInfo};

/// Stores a file; one of the same name in the same run is replaced.
pub(crate) fn save(conn: &Connection, rid: i64, attachment: &NewAttachment) -> rusqlite::Result<()> {
    let bytes: &[u8] = &attachment.data;
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "INSERT INTO attachment(rid, name, mime, len, data) VALUES(?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT(rid, name) DO UPDATE SET mime = excluded.mime, len = excluded.len, data = excluded.data",
    )?
    .execute((rid, &attachment.name, &attachment.mime, len, bytes))?;
    Ok(())
}

/// The files of a run, without their bytes, in the order in which they came.
pub(crate) fn list(conn: &Connection, rid: i64) -> rusqlite::Result<Vec<AttachmentInfo>> {
    let sql = "SELECT name, mime, len FROM attachment WHERE rid = ?1 ORDER BY aid";
    let read = |row: &Row<'_>| Ok(AttachmentInfo { name: row.get(0)?, mime: row.get(1)?, len: row.get(2)? });
    conn.prepare_cached(sql)?.query_map([rid], read)?.collect()
}

/// The bytes of a file.
pub(crate) fn load(conn: &Connection, run_id: Uuid, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT data FROM attachment WHERE name = ?2 AND rid = (SELECT rid FROM run WHERE id = ?1)";
    conn.prepare_cached(sql)?.query_row((run_id, name), |row| row.get(0)).optional()
}

/// The type and the bytes of a file.
pub(crate) fn load_typed(
    conn: &Connection,
    run_id: Uuid,
    name: &str,
) -> rusqlite::Result<Option<(String, Vec<u8>)>> {
    let sql =
        "SELECT mime, data FROM attachment WHERE name = ?2 AND rid = (SELECT rid FROM run WHERE id = ?1)";
    conn.prepare_cached(sql)?.query_row((run_id, name), |row| Ok((row.get(0)?, row.get(1)?))).optional()
}
