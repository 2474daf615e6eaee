//! Roots that should not be roots, and runs whose parent never arrived.

use rusqlite::{Connection, Row, params_from_iter, types::Value};
use uuid::Uuid;

use crate::query::{QueryError, RunMarks, conditions::blob};
use crate::store::Store;

/// Runs that are looked at, the last that arrived first.
const MAX_RUNS: i64 = 20_000;

/// Where such runs are looked for.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    All,
    /// A project, by its name.
    Project(String),
    Trace(Uuid),
}

/// A run that is not where it belongs.
#[derive(Clone, Debug)]
pub(crate) struct LostRun {
    pub(crate) id: Uuid,
    pub(crate) trace_id: Uuid,
    pub(crate) name: String,
    pub(crate) start_us: Option<i64>,
    pub(crate) marks: RunMarks,
}

impl Store {
    /// Roots that should not be roots; for a trace also those of other traces that are perhaps parts of it.
    pub(crate) fn lost_roots(&self, scope: &Scope) -> Result<Vec<LostRun>, QueryError> {
        // from the side that has fewer rows
        let (from, condition, value) = match scope {
            Scope::All => (BY_REASON, "true", None),
            Scope::Project(name) => (BY_REASON, IN_PROJECT, Some(Value::Text(name.clone()))),
            Scope::Trace(id) => (BY_RUN, OF_TRACE, Some(blob(*id))),
        };
        let sql = format!(
            "SELECT run.rid, run.id, run.trace_id, coalesce(run.name, ''), run.start_us FROM {from} \
             WHERE attribute.kid = {REASON} AND run.parent_id IS NULL AND {condition} \
             ORDER BY run.rid DESC LIMIT {MAX_RUNS}"
        );
        Ok(self.with(|conn| {
            let mut found = rows(conn, &sql, value)?;
            for (rid, run) in &mut found {
                add_marks(conn, *rid, &mut run.marks)?;
            }
            Ok(found.into_iter().map(|(_, run)| run).filter(|run| run.marks.broken().is_some()).collect())
        })?)
    }

    /// Runs whose parent never arrived.
    pub(crate) fn orphans(&self, scope: &Scope) -> Result<Vec<LostRun>, QueryError> {
        let (condition, value) = match scope {
            Scope::All => ("true", None),
            Scope::Project(name) => (IN_PROJECT, Some(Value::Text(name.clone()))),
            Scope::Trace(id) => ("run.trace_id = ?", Some(blob(*id))),
        };
        let sql = format!(
            "SELECT run.rid, run.id, run.trace_id, coalesce(run.name, ''), run.start_us FROM run \
             WHERE run.flags & 524288 AND {condition} ORDER BY run.rid DESC LIMIT {MAX_RUNS}"
        );
        Ok(self.with(|conn| Ok(rows(conn, &sql, value)?.into_iter().map(|(_, run)| run).collect()))?)
    }
}

const REASON: &str = "(SELECT kid FROM attribute_key WHERE kind = 1 AND key = 'broken_trace_reason')";

const IN_PROJECT: &str = "run.pid = (SELECT pid FROM project WHERE name = ?)";

const BY_REASON: &str = "attribute CROSS JOIN run USING(rid)";

const BY_RUN: &str = "run CROSS JOIN attribute USING(rid)";

/// Suspects are texts in the metadata.
const OF_TRACE: &str = "run.rid IN (SELECT root.rid FROM run AS root WHERE root.trace_id = ?1 UNION \
    SELECT named.rid FROM run AS suspect CROSS JOIN attribute AS named ON named.kid = \
    (SELECT kid FROM attribute_key WHERE kind = 1 AND key = 'suspected_parent') AND named.value = lower( \
    substr(hex(suspect.id), 1, 8) || '-' || substr(hex(suspect.id), 9, 4) || '-' || \
    substr(hex(suspect.id), 13, 4) || '-' || substr(hex(suspect.id), 17, 4) || '-' || \
    substr(hex(suspect.id), 21)) WHERE suspect.trace_id = ?1)";

fn rows(conn: &Connection, sql: &str, value: Option<Value>) -> rusqlite::Result<Vec<(i64, LostRun)>> {
    let read = |row: &Row<'_>| {
        let (id, trace_id, name, start_us) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((row.get(0)?, LostRun { id, trace_id, name, start_us, marks: RunMarks::default() }))
    };
    conn.prepare_cached(sql)?.query_map(params_from_iter(value), read)?.collect()
}

fn add_marks(conn: &Connection, rid: i64, marks: &mut RunMarks) -> rusqlite::Result<()> {
    let sql = "SELECT key, value FROM attribute JOIN attribute_key USING(kid) WHERE rid = ?1 AND kind = 1";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([rid])?;
    while let Some(row) = rows.next()? {
        marks.set(row.get_ref(0)?.as_str()?, row.get(1)?);
    }
    Ok(())
}
