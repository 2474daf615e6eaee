//! One run that comes twice: by LangSmith's protocol, and as a span of OTLP.
//!
//! LangSmith's SDK sends both in its hybrid mode, with ids that have nothing in common. What agrees is the project, the
//! name and the start. The run by LangSmith's protocol is kept, whichever comes first; the table `otel_run` remembers
//! which run the span is, so that spans of other libraries find their parent.

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::{
    change::{ChangeKind, OtelSpan, RunChange},
    encoded_text::EncodedText,
};
use crate::store::{
    StoreError, project,
    run_row::{RunRow, flag},
};

/// The run that a span of this id stands for, if it has another id.
pub(crate) fn alias(conn: &Connection, id: Uuid) -> rusqlite::Result<Option<Uuid>> {
    // the run may have been deleted since
    let sql = "SELECT run_id FROM otel_run JOIN run ON run.id = run_id WHERE otel_run.id = ?1";
    conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()
}

/// The stored run that a span stands for: one with its id, or one of the same project, name and start if LangSmith's SDK
/// has sent both. Of several alike, as a parallel batch makes them, each is one span's.
pub(crate) fn run_of(
    conn: &Connection,
    change: &RunChange,
    span: &OtelSpan,
    default_project: Option<&str>,
) -> rusqlite::Result<Option<Uuid>> {
    if let Some(run) = alias(conn, change.id)? {
        return Ok(Some(run));
    }
    if let Some(row) = RunRow::load(conn, change.id)? {
        return Ok(Some(row.id).filter(|_| row.flags & flag::OTEL == 0));
    }
    if !span.of_langsmith {
        return Ok(None);
    }
    let named = change.project.as_ref().and_then(|project| project.name.as_deref());
    let project = named.or(default_project).unwrap_or(project::DEFAULT_NAME);
    let sql = "SELECT run.id FROM run JOIN project USING(pid) \
               WHERE project.name = ?1 AND start_us = ?2 AND run.name = ?3 AND flags & ?4 = 0 \
               AND NOT EXISTS (SELECT 1 FROM otel_run WHERE run_id = run.id) ORDER BY rid LIMIT 1";
    let key = (project, change.start_us, &change.name, flag::OTEL);
    conn.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()
}

/// What a span adds to the run that it stands for: its ids.
pub(crate) fn note(run: Uuid, span: &OtelSpan) -> RunChange {
    let mut note = RunChange::new(run, ChangeKind::Post);
    (note.has_main, note.has_fields) = (true, true);
    let ids = json!({ "otel_trace_id": span.trace_id, "otel_span_id": span.span_id });
    note.extra = Some(json!({ "metadata": ids }).to_string());
    note
}

/// Remembers that a span is a run, and gives the run the children that came as children of the span.
pub(crate) fn join(conn: &Connection, span: Uuid, run: Uuid) -> rusqlite::Result<()> {
    if span == run {
        return Ok(());
    }
    conn.prepare_cached("INSERT OR REPLACE INTO otel_run(id, run_id) VALUES(?1, ?2)")?
        .execute((span, run))?;
    conn.prepare_cached("UPDATE run SET parent_id = ?2 WHERE parent_id = ?1 AND flags & 65536")?
        .execute((span, run))?;
    Ok(())
}

/// The run that came as a span of LangSmith's SDK and is this one.
pub(crate) fn twin_of(conn: &Connection, row: &RunRow) -> rusqlite::Result<Option<RunRow>> {
    let sql = "SELECT id FROM run WHERE pid = ?1 AND start_us = ?2 AND name = ?3 AND flags & ?4 LIMIT 1";
    let key = (row.pid, row.start_us, &row.name, flag::OTEL_OF_LANGSMITH);
    let id: Option<Uuid> = conn.prepare_cached(sql)?.query_row(key, |row| row.get(0)).optional()?;
    match id {
        Some(id) if id != row.id => RunRow::load(conn, id),
        _ => Ok(None),
    }
}

/// The span that a run came as.
pub(crate) fn span_of(conn: &Connection, row: &RunRow) -> Result<Option<OtelSpan>, StoreError> {
    let sql = "SELECT extra FROM payload WHERE rid = ?1";
    let extra: Option<Vec<u8>> =
        conn.prepare_cached(sql)?.query_row([row.rid], |row| row.get(0)).optional()?.flatten();
    let Some(extra) = extra else { return Ok(None) };
    let extra: Value = serde_json::from_str(&EncodedText::decode(&extra)?).unwrap_or_default();
    let text = |key: &str| Some(extra.pointer(key)?.as_str()?.to_owned());
    let ids = text("/metadata/otel_trace_id").zip(text("/metadata/otel_span_id"));
    Ok(ids.map(|(trace_id, span_id)| OtelSpan { trace_id, span_id, own_run_id: row.id, of_langsmith: true }))
}
