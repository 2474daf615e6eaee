//! The table `share`: runs that can be read under a token.

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::model::time;
use crate::store::{Store, StoreError};

/// What became of a wish to share a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    Done,
    UnknownRun,
    /// Another run has the token.
    TokenTaken,
}

impl Store {
    /// The run that is shared under a token.
    pub(crate) fn shared_run(&self, token: Uuid) -> Result<Option<Uuid>, StoreError> {
        let sql = "SELECT run_id FROM share WHERE token = ?1";
        self.with(|conn| Ok(conn.prepare_cached(sql)?.query_row([token], |row| row.get(0)).optional()?))
    }
}

/// Shares a run under a token, in place of one that it had.
pub(crate) fn share(conn: &Connection, run_id: Uuid, token: Uuid) -> Result<Shared, StoreError> {
    if !is_known(conn, run_id)? {
        return Ok(Shared::UnknownRun);
    }
    if conn
        .prepare_cached("SELECT 1 FROM share WHERE token = ?1 AND run_id <> ?2")?
        .exists((token, run_id))?
    {
        return Ok(Shared::TokenTaken);
    }
    conn.prepare_cached(
        "INSERT INTO share(run_id, token, created_us) VALUES(?1, ?2, ?3) \
         ON CONFLICT(run_id) DO UPDATE SET token = excluded.token",
    )?
    .execute((run_id, token, time::now_us()))?;
    Ok(Shared::Done)
}

/// Takes the token of a run away, if it has one. `false`: the run is not known.
pub(crate) fn unshare(conn: &Connection, run_id: Uuid) -> Result<bool, StoreError> {
    conn.prepare_cached("DELETE FROM share WHERE run_id = ?1")?.execute([run_id])?;
    Ok(is_known(conn, run_id)?)
}

fn is_known(conn: &Connection, run_id: Uuid) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM run WHERE id = ?1")?.exists([run_id])
}
