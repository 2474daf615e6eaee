//! Merges two messages about one run: a post or patch, into what is stored.
//!
//! The rules make the result the same in whatever order messages arrive:
//! - a field that a message does not name stays;
//! - of two messages that name a field, the patch wins over the post, for it was made later; of two posts or two patches
//!   the later to arrive wins;
//! - an empty object of inputs or outputs never replaces a full one;
//! - `extra` is merged key by key (`payload.rs`).

use rusqlite::Connection;
use serde_json::Value;
use uuid::Uuid;

use crate::extract::Prices;
use crate::model::{
    change::{ChangeKind, ProjectRef, RunChange},
    time,
};
use crate::store::{
    StoreError, deletion, orphans, otel_twins,
    payload::Payload,
    project,
    run_facts::RunFacts,
    run_row::{RunRow, flag},
    touched::RunTouch,
    trace_totals::Totals,
};

/// What a change has led to.
pub(crate) struct Merged {
    /// The run that the change is about.
    pub(crate) run: Uuid,
    /// All runs that are not as they were.
    pub(crate) touched: Vec<RunTouch>,
}

/// Merges a change, without its files. `None`: nothing was stored, for the change has no main part and the run is not
/// known.
pub(crate) fn merge_change(
    conn: &Connection,
    change: &RunChange,
    default_project: Option<&str>,
    prices: Option<&Prices>,
) -> Result<Option<Merged>, StoreError> {
    if let Some(span) = &change.otel
        && let Some(run) = otel_twins::run_of(conn, change, span, default_project)?
    {
        otel_twins::join(conn, change.id, run)?;
        otel_twins::join(conn, span.own_run_id, run)?;
        return merge_change(conn, &otel_twins::note(run, span), None, prices);
    }
    let now = time::now_us();
    let mut row = match RunRow::load(conn, change.id)? {
        Some(row) => RunRow { changed_us: now, ..row },
        None if !change.has_main => return Ok(None),
        None => RunRow::new(change.id, now),
    };
    let before = row.rid.map(|_| (row.trace_id, Totals::of(&row)));
    let (old_name, old_type, old_tags) = (row.name.clone(), row.run_type.clone(), row.tags.clone());
    set_scalars(&mut row, change);
    set_otel(conn, &mut row, change)?;
    set_dotted_order(conn, &mut row, change)?;
    set_project(conn, &mut row, change.project.as_ref(), change.kind, default_project)?;
    let twin = match &change.otel {
        None if change.name.is_some() || change.start_us.is_some() => otel_twins::twin_of(conn, &row)?,
        _ => None,
    };
    let payload = Payload::merge(conn, &mut row, change)?;
    let facts = RunFacts::set(conn, &mut row, change, &payload, old_type.as_deref(), prices)?;
    orphans::mark(conn, &mut row)?;
    let rid = row.save(conn)?;
    payload.save(conn, rid)?;
    let words = facts.save(conn, rid, before.is_none())?;
    if row.tags != old_tags {
        save_tags(conn, rid, old_tags.as_deref(), row.tags.as_deref())?;
    }
    let changed = before.is_none() || words.any() || row.name != old_name || row.tags != old_tags;
    let mut touched = vec![RunTouch::new(rid, &row, before, changed.then_some(words))];
    if let Some(span) = &change.otel {
        otel_twins::join(conn, span.own_run_id, change.id)?;
    }
    if let Some(twin) = twin {
        touched.extend(replace_twin(conn, &twin, change.id, prices)?);
    }
    Ok(Some(Merged { run: change.id, touched }))
}

/// Puts a run in the place of the span that stood for it.
fn replace_twin(
    conn: &Connection,
    twin: &RunRow,
    run: Uuid,
    prices: Option<&Prices>,
) -> Result<Vec<RunTouch>, StoreError> {
    let span = otel_twins::span_of(conn, twin)?;
    let mut touched = Vec::new();
    if let Some(rid) = twin.rid {
        deletion::delete_run(conn, rid)?;
        touched.push(RunTouch::removed(rid, twin.trace_id));
    }
    otel_twins::join(conn, twin.id, run)?;
    if let Some(span) = span
        && let Some(merged) = merge_change(conn, &otel_twins::note(run, &span), None, prices)?
    {
        touched.extend(merged.touched);
    }
    Ok(touched)
}

/// Marks whether the run came as a span alone, and finds the run that its parent stands for.
fn set_otel(conn: &Connection, row: &mut RunRow, change: &RunChange) -> rusqlite::Result<()> {
    match &change.otel {
        Some(span) => {
            row.flags |= flag::OTEL | if span.of_langsmith { flag::OTEL_OF_LANGSMITH } else { 0 };
            if let Some(parent) = row.parent_id
                && let Some(run) = otel_twins::alias(conn, parent)?
            {
                row.parent_id = Some(run);
            }
        }
        None if change.kind == ChangeKind::Post => row.flags &= !(flag::OTEL | flag::OTEL_OF_LANGSMITH),
        None => {}
    }
    Ok(())
}

/// Sets a field if the message names it and may set it.
macro_rules! set {
    ($row:ident . $field:ident, $bit:expr, $change:ident, $value:expr) => {
        if let Some(value) = $value
            && ($row.$field.is_none() || $row.may_set($bit, $change.kind))
        {
            $row.$field = Some(value);
            $row.set_by($bit, $change.kind);
        }
    };
}

fn set_scalars(row: &mut RunRow, change: &RunChange) {
    set!(row.name, flag::NAME, change, change.name.clone());
    set!(row.run_type, flag::RUN_TYPE, change, change.run_type.clone());
    set!(row.start_us, flag::START, change, change.start_us);
    set!(row.end_us, flag::END, change, change.end_us);
    set!(row.parent_id, flag::PARENT, change, change.parent_id);
    set!(row.reference_example_id, flag::REFERENCE, change, change.reference_example_id);
    set!(
        row.tags,
        flag::TAGS,
        change,
        change.tags.as_ref().map(|tags| Value::from(tags.clone()).to_string())
    );
}

/// Sets the run's place in its trace: as the message names it, or below its parent.
fn set_dotted_order(conn: &Connection, row: &mut RunRow, change: &RunChange) -> rusqlite::Result<()> {
    if let Some(order) = &change.dotted_order {
        if row.flags & flag::ORDER_GUESSED != 0 || row.may_set(flag::ORDER, change.kind) {
            row.trace_id = order.trace_id();
            row.dotted_order = order.as_str().to_owned();
            row.depth = i64::try_from(order.depth()).unwrap_or(i64::MAX);
            row.parent_id = order.parent_run_id();
            row.flags &= !flag::ORDER_GUESSED;
            row.set_by(flag::ORDER, change.kind);
        }
        // not marked as set: a start that a message names wins
        row.start_us = row.start_us.or(Some(order.start_time().signed_micros()));
        return Ok(());
    }
    if row.flags & flag::ORDER_GUESSED == 0 {
        return Ok(());
    }
    if let Some(trace_id) = change.trace_id {
        row.trace_id = trace_id;
    }
    let parent = match row.parent_id {
        Some(parent) => RunRow::load(conn, parent)?,
        None => None,
    };
    orphans::place_below(row, parent.as_ref());
    Ok(())
}

fn set_project(
    conn: &Connection,
    row: &mut RunRow,
    named: Option<&ProjectRef>,
    kind: ChangeKind,
    default: Option<&str>,
) -> rusqlite::Result<()> {
    if let Some(named) = named {
        if row.flags & flag::PROJECT_GUESSED != 0 || row.may_set(flag::PROJECT, kind) {
            row.pid = project::resolve(conn, named)?;
            row.flags &= !flag::PROJECT_GUESSED;
            row.set_by(flag::PROJECT, kind);
        }
    } else if row.rid.is_none() {
        let parent = match (default, row.parent_id) {
            (None, Some(parent)) => RunRow::load(conn, parent)?,
            _ => None,
        };
        row.pid = match parent {
            Some(parent) => parent.pid,
            None => project::fallback(conn, default)?,
        };
    }
    Ok(())
}

fn save_tags(conn: &Connection, rid: i64, old: Option<&str>, new: Option<&str>) -> rusqlite::Result<()> {
    let list = |text: Option<&str>| -> Vec<String> {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    for tag in list(old) {
        conn.prepare_cached("DELETE FROM tag WHERE tag = ?1 AND rid = ?2")?.execute((tag, rid))?;
    }
    for tag in list(new) {
        conn.prepare_cached("INSERT OR IGNORE INTO tag(tag, rid) VALUES(?1, ?2)")?.execute((tag, rid))?;
    }
    Ok(())
}
