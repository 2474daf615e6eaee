//! Projects as the API has them: found, made, changed.

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use crate::model::time;
use crate::store::{Store, StoreError, project};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredProject {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// In microseconds since 1970.
    pub(crate) created_us: i64,
    pub(crate) description: Option<String>,
    /// A JSON object.
    pub(crate) extra: Option<String>,
    /// The last start of a run, in microseconds since 1970.
    pub(crate) last_start_us: Option<i64>,
}

/// What a client sets of a project; `None` leaves a value as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProjectEdit {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) extra: Option<String>,
}

const PROJECT: &str = "SELECT id, name, created_us, description, extra, \
                       (SELECT max(start_us) FROM run WHERE run.pid = project.pid) FROM project";

impl Store {
    /// All projects, the newest first.
    pub(crate) fn projects(&self) -> Result<Vec<StoredProject>, StoreError> {
        self.with(|conn| {
            let mut statement =
                conn.prepare_cached(&format!("{PROJECT} ORDER BY created_us DESC, pid DESC"))?;
            statement.query_map((), read)?.map(|row| Ok(row?)).collect()
        })
    }

    /// One project.
    pub(crate) fn project(&self, id: Uuid) -> Result<Option<StoredProject>, StoreError> {
        self.with(|conn| Ok(load(conn, id)?))
    }
}

fn load(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<StoredProject>> {
    conn.prepare_cached(&format!("{PROJECT} WHERE id = ?1"))?.query_row([id], read).optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredProject> {
    Ok(StoredProject {
        id: row.get(0)?,
        name: row.get(1)?,
        created_us: row.get(2)?,
        description: row.get(3)?,
        extra: row.get(4)?,
        last_start_us: row.get(5)?,
    })
}

/// Changes a project, or makes it when `id` is new and the edit has a name. `Ok(None)`: there is no such project;
/// `Ok(Some(Err(..)))`: another project has the name.
pub(crate) fn save_project(
    conn: &Connection,
    id: Uuid,
    edit: &ProjectEdit,
    may_create: bool,
) -> Result<Option<Result<StoredProject, NameTaken>>, StoreError> {
    if let Some(name) = &edit.name {
        let sql = "SELECT 1 FROM project WHERE name = ?1 AND id <> ?2";
        if conn.prepare_cached(sql)?.exists((name, id))? {
            return Ok(Some(Err(NameTaken)));
        }
    }
    let update = "UPDATE project SET name = coalesce(?2, name), description = coalesce(?3, description), \
                  extra = coalesce(?4, extra) WHERE id = ?1";
    let values = (id, &edit.name, &edit.description, &edit.extra);
    if conn.prepare_cached(update)?.execute(values)? == 0 {
        if !may_create {
            return Ok(None);
        }
        let insert =
            "INSERT INTO project(id, name, description, extra, created_us) VALUES(?1, ?2, ?3, ?4, ?5)";
        conn.prepare_cached(insert)?.execute((
            id,
            &edit.name,
            &edit.description,
            &edit.extra,
            time::now_us(),
        ))?;
    }
    Ok(load(conn, id)?.map(Ok))
}

/// Another project has the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameTaken;

/// The project of a name, made when there is none.
pub(crate) fn find_or_create_project(
    conn: &Connection,
    name: &str,
) -> Result<Option<StoredProject>, StoreError> {
    let pid = project::fallback(conn, Some(name))?;
    Ok(conn.prepare_cached(&format!("{PROJECT} WHERE pid = ?1"))?.query_row([pid], read).optional()?)
}

/// The id that a project of this name has when the client names none.
pub(crate) fn id_of_name(name: &str) -> Uuid {
    Uuid::new_v5(&project::NAMESPACE, name.as_bytes())
}
