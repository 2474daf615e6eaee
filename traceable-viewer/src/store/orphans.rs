//! Orphans: runs whose parent was not received, or not yet.
//!
//! The store marks them, and finds traces without a root by these marks. A run that names no dotted order gets one below
//! its parent, and again when the parent arrives. `terminal/orphans.rs` is how the tree draws missing parents.

use rusqlite::{Connection, OptionalExtension};
use traceable_core::{DottedOrder, Timestamp};
use uuid::Uuid;

use crate::store::{
    run_row::{RunRow, flag},
    touched::RunTouch,
    trace_totals::Totals,
};

/// The newest traces: by their roots, and by orphans, for the root of those may be missing.
pub(crate) const NEWEST_TRACES: &str = "SELECT trace_id FROM ( \
    SELECT * FROM (SELECT trace_id, start_us FROM run WHERE parent_id IS NULL ORDER BY start_us DESC LIMIT ?1) \
    UNION ALL SELECT trace_id, max(start_us) FROM run WHERE flags & 524288 GROUP BY trace_id) \
    GROUP BY trace_id ORDER BY min(start_us) DESC, trace_id DESC LIMIT ?1";

/// How many children one operation of the writer moves: it is to be short, whatever clients send.
const CHILDREN_AT_ONCE: usize = 100;

/// Levels of a dotted order that is made up. A deep one is long, and each run below would repeat it; a run further down
/// gets one of its own in the same trace.
const MAX_MADE_UP_DEPTH: i64 = 256;

/// How far the children of a run have been looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Adoption {
    pub(crate) parent: Uuid,
    after: i64,
}

/// Marks a run whose parent is missing.
pub(crate) fn mark(conn: &Connection, row: &mut RunRow) -> rusqlite::Result<()> {
    match row.parent_id {
        Some(parent) if parent != row.id && !RunRow::exists(conn, parent)? => row.flags |= flag::ORPHAN,
        _ => row.flags &= !flag::ORPHAN,
    }
    Ok(())
}

/// Marks the children of a run that is deleted. They are looked for below it in its trace, for no index has the parents
/// of all runs, and among those whose dotted order is made up.
pub(crate) fn mark_children(
    conn: &Connection,
    parent: Uuid,
    trace_id: Uuid,
    dotted_order: &str,
) -> rusqlite::Result<()> {
    // "/" is the letter behind "."
    let below = "UPDATE run SET flags = flags | 524288 WHERE trace_id = ?2 \
                 AND dotted_order > ?3 || '.' AND dotted_order < ?3 || '/' AND parent_id = ?1";
    conn.prepare_cached(below)?.execute((parent, trace_id, dotted_order))?;
    let made_up = "UPDATE run SET flags = flags | 524288 WHERE parent_id = ?1 AND flags & 65536";
    conn.prepare_cached(made_up)?.execute([parent])?;
    Ok(())
}

/// Gives a run without a dotted order one below its parent's.
pub(crate) fn place_below(row: &mut RunRow, parent: Option<&RunRow>) {
    let start = Timestamp::from_signed_micros(row.start_us.unwrap_or(row.received_us));
    let own = DottedOrder::root(start, row.id);
    match parent {
        Some(parent) if parent.depth < MAX_MADE_UP_DEPTH => {
            row.trace_id = parent.trace_id;
            row.dotted_order = format!("{}.{own}", parent.dotted_order);
            row.depth = parent.depth.saturating_add(1);
        }
        _ => {
            row.trace_id = parent.map_or(row.trace_id, |parent| parent.trace_id);
            row.dotted_order = own.to_string();
            row.depth = 1;
        }
    }
}

/// Whether children of a run came before it, and still have to move below it.
pub(crate) fn waiting_children(conn: &Connection, parent: Uuid) -> Result<Option<Adoption>, rusqlite::Error> {
    let marked = conn
        .prepare_cached("SELECT 1 FROM run WHERE parent_id = ?1 AND flags & 524288 LIMIT 1")?
        .exists([parent])?;
    if marked {
        return Ok(Some(Adoption { parent, after: 0 }));
    }
    // the last one tells: they move in this order, and later ones found their parent
    let last = "SELECT id FROM run WHERE parent_id = ?1 AND flags & 65536 ORDER BY rid DESC LIMIT 1";
    let last: Option<Uuid> = conn.prepare_cached(last)?.query_row([parent], |row| row.get(0)).optional()?;
    let Some(last) = last else { return Ok(None) };
    let Some(parent) = RunRow::load(conn, parent)? else { return Ok(None) };
    let moves = below(conn, last, &parent)?.is_some();
    Ok(moves.then_some(Adoption { parent: parent.id, after: 0 }))
}

/// Moves some children of a run below it, and clears their marks. Returns what is left to do: the next children, and
/// then the children of those that moved.
pub(crate) fn adopt_some_children(
    conn: &Connection,
    adoption: Adoption,
) -> rusqlite::Result<(Vec<Adoption>, Vec<RunTouch>)> {
    let (mut left, mut touched) = (Vec::new(), Vec::new());
    let Some(parent) = RunRow::load(conn, adoption.parent)? else { return Ok((left, touched)) };
    let clear = "UPDATE run SET flags = flags & ~524288 WHERE rid IN \
                 (SELECT rid FROM run WHERE parent_id = ?1 AND flags & 524288 LIMIT ?2)";
    let cleared = conn.prepare_cached(clear)?.execute((parent.id, CHILDREN_AT_ONCE))?;
    let find =
        "SELECT rid, id FROM run WHERE parent_id = ?1 AND flags & 65536 AND rid > ?2 ORDER BY rid LIMIT ?3";
    let children: Vec<(i64, Uuid)> = conn
        .prepare_cached(find)?
        .query_map((parent.id, adoption.after, CHILDREN_AT_ONCE), |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    if cleared == CHILDREN_AT_ONCE || children.len() == CHILDREN_AT_ONCE {
        let after = children.last().map_or(adoption.after, |(rid, _)| *rid);
        left.push(Adoption { after, ..adoption });
    }
    for (_, child) in children {
        if let Some((child, old_trace)) = below(conn, child, &parent)? {
            let rid = child.save(conn)?;
            touched.push(RunTouch::new(rid, &child, Some((old_trace, Totals::of(&child))), None));
            left.push(Adoption { parent: child.id, after: 0 });
        }
    }
    Ok((left, touched))
}

/// The child, moved below its parent, and the trace it was in; `None` when it is there already, or must not be.
fn below(conn: &Connection, child: Uuid, parent: &RunRow) -> rusqlite::Result<Option<(RunRow, Uuid)>> {
    let Some(mut child) = RunRow::load(conn, child)? else { return Ok(None) };
    // runs that name each other as parents would go round for ever
    if parent.dotted_order.contains(&child.id.hyphenated().to_string()) {
        return Ok(None);
    }
    let (trace_id, order) = (child.trace_id, child.dotted_order.clone());
    place_below(&mut child, Some(parent));
    let moved = child.trace_id != trace_id || child.dotted_order != order;
    Ok(moved.then_some((child, trace_id)))
}
