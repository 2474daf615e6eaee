//! The table `project`: finds projects by id or name, and makes new ones.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::model::{change::ProjectRef, time};

/// Ids of projects are made from their names below this one, so that a link outlives a cleared database.
pub(crate) const NAMESPACE: Uuid = Uuid::from_u128(0x7d0b_6d0c_2f5e_5a8e_9a1f_3c64_72c1_5e20);

/// The project of runs that name none.
pub(crate) const DEFAULT_NAME: &str = "default";

/// The key of the project a client named.
pub(crate) fn resolve(conn: &Connection, project: &ProjectRef) -> rusqlite::Result<i64> {
    if let Some(id) = project.id
        && let Some(pid) = find(conn, "SELECT pid FROM project WHERE id = ?1", id)?
    {
        return Ok(pid);
    }
    let name = match (&project.name, project.id) {
        (Some(name), _) => name.clone(),
        // a project known to the client by its id alone; the id is the best name there is
        (None, Some(id)) => id.to_string(),
        (None, None) => DEFAULT_NAME.to_owned(),
    };
    if let Some(pid) = find(conn, "SELECT pid FROM project WHERE name = ?1", &name)? {
        return Ok(pid);
    }
    let id = project.id.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, name.as_bytes()));
    // one by this id but another name can exist when a name is the text of an id; then it is that one
    conn.prepare_cached(
        "INSERT INTO project(id, name, created_us) VALUES(?1, ?2, ?3) \
         ON CONFLICT(id) DO UPDATE SET id = excluded.id RETURNING pid",
    )?
    .query_row((id, name, time::now_us()), |row| row.get(0))
}

/// The project of runs that name none.
pub(crate) fn fallback(conn: &Connection, header: Option<&str>) -> rusqlite::Result<i64> {
    resolve(conn, &ProjectRef { id: None, name: Some(header.unwrap_or(DEFAULT_NAME).to_owned()) })
}

fn find(conn: &Connection, sql: &str, key: impl rusqlite::ToSql) -> rusqlite::Result<Option<i64>> {
    conn.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()
}
