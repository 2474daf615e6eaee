//! What the metadata of runs say about how they ended and where they hang, for lists: without reading their long texts.

use std::collections::HashMap;

use rusqlite::{Connection, params_from_iter, types::Value};
use uuid::Uuid;

use crate::model::stored_run::{RunStatus, StoredRun};
use crate::query::{QueryError, conditions::blob};
use crate::store::Store;

/// What is looked for.
const KEYS: &str =
    "'cancelled', 'stream_dropped', 'broken_trace_reason', 'broken_trace_site', 'suspected_parent'";

/// Ids in one statement.
const AT_ONCE: usize = 500;

/// The marks of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunMarks {
    cancelled: bool,
    stream_dropped: bool,
    reason: Option<String>,
    /// Function and place, as the core writes them.
    pub(crate) site: Option<String>,
    /// The run that is perhaps its parent.
    pub(crate) suspect: Option<Uuid>,
}

impl RunMarks {
    /// How the run ended, in one word.
    pub(crate) fn status(&self, run: &StoredRun) -> &'static str {
        match run.status {
            RunStatus::Pending => "pending",
            _ if self.cancelled => "cancelled",
            RunStatus::Error => "error",
            RunStatus::Success if self.stream_dropped => "dropped",
            RunStatus::Success => "success",
        }
    }

    /// Why the run is a root although it should not be one. What is called where there is no context, and nobody
    /// suspects a parent, simply begins a trace.
    pub(crate) fn broken(&self) -> Option<&str> {
        let reason = self.reason.as_deref()?;
        let begins = matches!(reason, "no_context_in_task" | "no_context_on_thread");
        (!begins || self.suspect.is_some()).then_some(reason)
    }

    pub(super) fn set(&mut self, key: &str, value: String) {
        match key {
            "cancelled" => self.cancelled = value == "true",
            "stream_dropped" => self.stream_dropped = value == "true",
            "broken_trace_reason" => self.reason = Some(value),
            "broken_trace_site" => self.site = Some(value),
            "suspected_parent" => self.suspect = Uuid::try_parse(&value).ok(),
            _ => {}
        }
    }
}

impl Store {
    /// The marks of these runs; those without any are left out.
    pub(crate) fn marks(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, RunMarks>, QueryError> {
        Ok(self.with(|conn| {
            let mut all = HashMap::new();
            for ids in ids.chunks(AT_ONCE) {
                let marks = vec!["?"; ids.len()].join(",");
                collect(conn, &format!("run.id IN ({marks})"), ids.iter().copied().map(blob), &mut all)?;
            }
            Ok(all)
        })?)
    }

    /// The marks of the runs of a trace.
    pub(crate) fn marks_of_trace(&self, trace_id: Uuid) -> Result<HashMap<Uuid, RunMarks>, QueryError> {
        Ok(self.with(|conn| {
            let mut all = HashMap::new();
            collect(conn, "run.trace_id = ?", [blob(trace_id)], &mut all)?;
            Ok(all)
        })?)
    }

    /// The name of a trace's project.
    pub(crate) fn project_of_trace(&self, trace_id: Uuid) -> Result<Option<String>, QueryError> {
        Ok(self.with(|conn| {
            let sql = "SELECT project.name FROM run JOIN project USING(pid) WHERE run.trace_id = ?1 LIMIT 1";
            let mut statement = conn.prepare_cached(sql)?;
            let mut found = statement.query([trace_id])?;
            Ok(found.next()?.map(|row| row.get(0)).transpose()?)
        })?)
    }

    /// Trace and name of these runs; those that are not stored are left out.
    pub(crate) fn names(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, (Uuid, String)>, QueryError> {
        Ok(self.with(|conn| {
            let sql = "SELECT trace_id, coalesce(name, '') FROM run WHERE id = ?1";
            let mut statement = conn.prepare_cached(sql)?;
            let mut all = HashMap::new();
            for id in ids {
                let mut found = statement.query([id])?;
                if let Some(row) = found.next()? {
                    all.insert(*id, (row.get(0)?, row.get(1)?));
                }
            }
            Ok(all)
        })?)
    }
}

fn collect(
    conn: &Connection,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
    all: &mut HashMap<Uuid, RunMarks>,
) -> rusqlite::Result<()> {
    // the planner would go through all runs that have a key, which may be all there are
    let sql = format!(
        "SELECT run.id, attribute_key.key, attribute.value FROM run CROSS JOIN attribute_key CROSS JOIN attribute \
         ON attribute.rid = run.rid AND attribute.kid = attribute_key.kid \
         WHERE {condition} AND attribute_key.kind = 1 AND attribute_key.key IN ({KEYS})"
    );
    let mut statement = conn.prepare(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let marks: &mut RunMarks = all.entry(row.get(0)?).or_default();
        marks.set(row.get_ref(1)?.as_str()?, row.get(2)?);
    }
    Ok(())
}
