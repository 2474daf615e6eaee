//! The tables `attachment` and `file`: which files a run has, and their bytes, each stored once.
//!
//! Large files are in the database as well: it is one file that can be copied and moved, a transaction holds a run and
//! its files, and SQLite reads a part of a blob without the rest.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use rusqlite::{Connection, MAIN_DB, OptionalExtension, Row};
use uuid::Uuid;

use crate::model::{change::NewAttachment, stored_run::AttachmentInfo};
use crate::store::StoreError;

/// Stores a file; one of the same name in the same run is replaced.
pub(crate) fn save(conn: &Connection, rid: i64, attachment: &NewAttachment) -> rusqlite::Result<()> {
    let bytes: &[u8] = &attachment.data;
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let known = "SELECT fid FROM file WHERE hash = ?1";
    let known: Option<i64> =
        conn.prepare_cached(known)?.query_row([attachment.hash], |row| row.get(0)).optional()?;
    let fid = match known {
        Some(fid) => fid,
        None => conn
            .prepare_cached("INSERT INTO file(hash, data) VALUES(?1, ?2)")?
            .insert((attachment.hash, bytes))?,
    };
    conn.prepare_cached(
        "INSERT INTO attachment(rid, name, mime, len, fid) VALUES(?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT(rid, name) DO UPDATE SET mime = excluded.mime, len = excluded.len, fid = excluded.fid",
    )?
    .execute((rid, &attachment.name, &attachment.mime, len, fid))?;
    Ok(())
}

/// The files of a run, without their bytes, in the order in which they came.
pub(crate) fn list(conn: &Connection, rid: i64) -> rusqlite::Result<Vec<AttachmentInfo>> {
    let sql = "SELECT name, mime, len, hash FROM attachment JOIN file USING(fid) WHERE rid = ?1 ORDER BY aid";
    conn.prepare_cached(sql)?.query_map([rid], info)?.collect()
}

/// The bytes of a file.
pub(crate) fn load(conn: &Connection, run_id: Uuid, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT data FROM attachment JOIN file USING(fid) \
               WHERE name = ?2 AND rid = (SELECT rid FROM run WHERE id = ?1)";
    conn.prepare_cached(sql)?.query_row((run_id, name), |row| row.get(0)).optional()
}

/// A part of the bytes of a file, chosen by what the file is.
pub(crate) fn load_range(
    conn: &Connection,
    run_id: Uuid,
    name: &str,
    choose: impl FnOnce(&AttachmentInfo) -> Range<u64>,
) -> Result<Option<(AttachmentInfo, Vec<u8>)>, StoreError> {
    // both reads have to see the same state of the database
    let tx = conn.unchecked_transaction()?;
    let sql = "SELECT name, mime, len, hash, fid FROM attachment JOIN file USING(fid) \
               WHERE name = ?2 AND rid = (SELECT rid FROM run WHERE id = ?1)";
    let read = |row: &Row<'_>| Ok((info(row)?, row.get(4)?));
    let found: Option<(AttachmentInfo, i64)> =
        tx.prepare_cached(sql)?.query_row((run_id, name), read).optional()?;
    let Some((file, fid)) = found else { return Ok(None) };
    let Range { start, end } = choose(&file);
    let wanted = end.min(file.len).saturating_sub(start);
    let mut bytes = Vec::new();
    if wanted > 0 {
        let mut blob = tx.blob_open(MAIN_DB, "file", "data", fid, true)?;
        blob.seek(SeekFrom::Start(start))?;
        blob.take(wanted).read_to_end(&mut bytes)?;
    }
    Ok(Some((file, bytes)))
}

fn info(row: &Row<'_>) -> rusqlite::Result<AttachmentInfo> {
    Ok(AttachmentInfo { name: row.get(0)?, mime: row.get(1)?, len: row.get(2)?, sha256: row.get(3)? })
}
