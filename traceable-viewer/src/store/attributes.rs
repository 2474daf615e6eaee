//! The tables `attribute_key` and `attribute`: what runs are found by, from their metadata, inputs and outputs.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use crate::extract::MAX_ATTRIBUTES;
use crate::model::facts::Attribute;

/// The kinds of keys, as `attribute_key.kind` has them.
pub(crate) const METADATA: i64 = 1;
pub(crate) const INPUT: i64 = 2;
pub(crate) const OUTPUT: i64 = 3;

/// An attribute under a key that is known.
const ADD: &str = "INSERT OR IGNORE INTO attribute(rid, kid, value) SELECT ?1, kid, ?4 FROM attribute_key \
    WHERE kind = ?2 AND key = ?3";

/// Replaces the attributes of one kind of a run. Keys that no run has any more are forgotten. A run that may have more
/// than these gets a mark: a key of the negative kind, by which filters know that they have to look into the text.
pub(crate) fn replace(
    conn: &Connection,
    rid: i64,
    is_new: bool,
    kind: i64,
    attributes: &[Attribute],
) -> rusqlite::Result<()> {
    let mut old = HashSet::new();
    if !is_new {
        let sql = "DELETE FROM attribute WHERE rid = ?1 AND kid IN \
                   (SELECT kid FROM attribute_key WHERE kind IN (?2, -?2)) RETURNING kid";
        let mut statement = conn.prepare_cached(sql)?;
        old = statement.query_map((rid, kind), |row| row.get::<_, i64>(0))?.collect::<Result<_, _>>()?;
    }
    let mut insert =
        conn.prepare_cached("INSERT OR IGNORE INTO attribute(rid, kid, value) VALUES(?1, ?2, ?3)")?;
    for (key, value) in attributes {
        // of a new run no key is to be forgotten, and most keys are known
        if is_new && conn.prepare_cached(ADD)?.execute((rid, kind, key, value))? > 0 {
            continue;
        }
        let kid = self::key(conn, kind, key)?;
        old.remove(&kid);
        insert.execute((rid, kid, value))?;
    }
    if attributes.len() >= MAX_ATTRIBUTES {
        let mark = self::key(conn, -kind, "")?;
        old.remove(&mark);
        insert.execute((rid, mark, ""))?;
    }
    for kid in old {
        let sql = "DELETE FROM attribute_key WHERE kid = ?1 AND NOT EXISTS (SELECT 1 FROM attribute WHERE kid = ?1)";
        conn.prepare_cached(sql)?.execute([kid])?;
    }
    Ok(())
}

/// The number of a key, a new one if it is not known.
fn key(conn: &Connection, kind: i64, key: &str) -> rusqlite::Result<i64> {
    let find = "SELECT kid FROM attribute_key WHERE kind = ?1 AND key = ?2";
    let found = conn.prepare_cached(find)?.query_row((kind, key), |row| row.get(0)).optional()?;
    match found {
        Some(kid) => Ok(kid),
        None => conn
            .prepare_cached("INSERT INTO attribute_key(kind, key) VALUES(?1, ?2) RETURNING kid")?
            .query_row((kind, key), |row| row.get(0)),
    }
}
