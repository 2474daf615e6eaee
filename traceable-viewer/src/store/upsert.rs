//! One operation on one run, merged into what is stored.
//!
//! The rules, which make the result the same in whatever order operations arrive: what an operation does not say, it
//! does not change; of two that say the same field, the patch counts more than the post, for it was made later; of two
//! of one kind the later to arrive counts; an empty object of inputs or outputs never replaces a full one; `extra` is
//! merged key by key.

use rusqlite::Connection;
use serde_json::Value;
use traceable_core::{DottedOrder, Timestamp};
use uuid::Uuid;

use crate::model::{
    change::{Kind, NewAttachment, ProjectRef, RunChange},
    time,
};
use crate::store::{
    StoreError,
    payload::Payload,
    project,
    row::{RunRow, flag},
};

/// Applies a change. `false`: nothing was stored, for the change has no main part and the run is not known.
pub(crate) fn apply(
    conn: &Connection,
    change: RunChange,
    default_project: Option<&str>,
) -> Result<bool, StoreError> {
    let mut row = match RunRow::load(conn, change.id)? {
        Some(row) => row,
        None if !change.has_main => return Ok(false),
        None => RunRow::new(change.id, time::now_us()),
    };
    let old_tags = row.tags.clone();
    let old_order = row.dotted_order.clone();
    scalars(&mut row, &change);
    place(conn, &mut row, &change)?;
    own_project(conn, &mut row, change.project.as_ref(), change.kind, default_project)?;
    let payload = Payload::merge(conn, &mut row, &change)?;
    mark_orphan(conn, &mut row)?;
    let rid = row.save(conn)?;
    payload.save(conn, rid)?;
    if row.tags != old_tags {
        tags(conn, rid, old_tags.as_deref(), row.tags.as_deref())?;
    }
    for attachment in &change.attachments {
        attach(conn, rid, attachment)?;
    }
    if row.dotted_order != old_order {
        adopt(conn, row)?;
    }
    Ok(true)
}

/// Sets a field if the operation says it and may.
macro_rules! set {
    ($row:ident . $field:ident, $bit:expr, $change:ident, $value:expr) => {
        if let Some(value) = $value
            && ($row.$field.is_none() || $row.yields($bit, $change.kind))
        {
            $row.$field = Some(value);
            $row.said_by($bit, $change.kind);
        }
    };
}

fn scalars(row: &mut RunRow, change: &RunChange) {
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

/// Finds the run's place in its trace: as it says, or as its parent's place and its start suggest.
fn place(conn: &Connection, row: &mut RunRow, change: &RunChange) -> rusqlite::Result<()> {
    if let Some(order) = &change.dotted_order {
        if row.flags & flag::ORDER_GUESSED != 0 || row.yields(flag::ORDER, change.kind) {
            row.trace_id = order.trace_id();
            row.dotted_order = order.as_str().to_owned();
            row.depth = i64::try_from(order.depth()).unwrap_or(i64::MAX);
            row.parent_id = order.parent_run_id();
            row.flags &= !flag::ORDER_GUESSED;
            row.said_by(flag::ORDER, change.kind);
        }
        // not marked as said by anyone: a start given as such counts more
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
    below(row, parent.as_ref());
    Ok(())
}

/// Notes whether the parent is missing, and takes that note from the children a new run was missed by.
fn mark_orphan(conn: &Connection, row: &mut RunRow) -> rusqlite::Result<()> {
    match row.parent_id {
        Some(parent) if parent != row.id && !RunRow::exists(conn, parent)? => row.flags |= flag::ORPHAN,
        _ => row.flags &= !flag::ORPHAN,
    }
    if row.rid.is_none() {
        let sql = "UPDATE run SET flags = flags & ~524288 WHERE parent_id = ?1 AND flags & 524288";
        conn.prepare_cached(sql)?.execute([row.id])?;
    }
    Ok(())
}

/// Gives a run without a dotted order one below its parent's.
fn below(row: &mut RunRow, parent: Option<&RunRow>) {
    let start = Timestamp::from_signed_micros(row.start_us.unwrap_or(row.received_us));
    let own = DottedOrder::root(start, row.id);
    match parent {
        Some(parent) => {
            row.trace_id = parent.trace_id;
            row.dotted_order = format!("{}.{own}", parent.dotted_order);
            row.depth = parent.depth.saturating_add(1);
        }
        None => {
            row.dotted_order = own.to_string();
            row.depth = 1;
        }
    }
}

/// Moves children that waited for this run, whose places were guessed, below it; and theirs below them.
fn adopt(conn: &Connection, parent: RunRow) -> rusqlite::Result<()> {
    let mut find = conn.prepare_cached("SELECT id FROM run WHERE parent_id = ?1 AND flags & 65536")?;
    let mut waiting = vec![parent];
    while let Some(parent) = waiting.pop() {
        let children: Vec<Uuid> = find.query_map([parent.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for child in children {
            let Some(mut child) = RunRow::load(conn, child)? else { continue };
            // runs that name each other as parents would go round for ever
            if parent.dotted_order.contains(&child.id.hyphenated().to_string()) {
                continue;
            }
            below(&mut child, Some(&parent));
            child.save(conn)?;
            waiting.push(child);
        }
    }
    Ok(())
}

fn own_project(
    conn: &Connection,
    row: &mut RunRow,
    named: Option<&ProjectRef>,
    kind: Kind,
    default: Option<&str>,
) -> rusqlite::Result<()> {
    if let Some(named) = named {
        if row.flags & flag::PROJECT_GUESSED != 0 || row.yields(flag::PROJECT, kind) {
            row.pid = project::resolve(conn, named)?;
            row.flags &= !flag::PROJECT_GUESSED;
            row.said_by(flag::PROJECT, kind);
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

fn tags(conn: &Connection, rid: i64, old: Option<&str>, new: Option<&str>) -> rusqlite::Result<()> {
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

fn attach(conn: &Connection, rid: i64, attachment: &NewAttachment) -> rusqlite::Result<()> {
    let bytes: &[u8] = &attachment.data;
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "INSERT INTO attachment(rid, name, mime, len, data) VALUES(?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT(rid, name) DO UPDATE SET mime = excluded.mime, len = excluded.len, data = excluded.data",
    )?
    .execute((rid, &attachment.name, &attachment.mime, len, bytes))?;
    Ok(())
}
