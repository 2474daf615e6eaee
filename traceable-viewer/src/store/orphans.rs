//! Orphans: runs whose parent was not received, or not yet.
//!
//! The store marks them, and finds traces without a root by these marks. A run that names no dotted order gets one below
//! its parent, and again when the parent arrives. `terminal/orphans.rs` is how the tree draws missing parents.

use rusqlite::Connection;
use traceable_core::{DottedOrder, Timestamp};
use uuid::Uuid;

use crate::store::run_row::{RunRow, flag};

/// The newest traces: by their roots, and by orphans, for the root of those may be missing.
pub(crate) const NEWEST_TRACES: &str = "SELECT trace_id FROM ( \
    SELECT * FROM (SELECT trace_id, start_us FROM run WHERE parent_id IS NULL ORDER BY start_us DESC LIMIT ?1) \
    UNION ALL SELECT trace_id, max(start_us) FROM run WHERE flags & 524288 GROUP BY trace_id) \
    GROUP BY trace_id ORDER BY min(start_us) DESC, trace_id DESC LIMIT ?1";

/// Marks a run whose parent is missing, and clears the mark of the children of a new run.
pub(crate) fn mark(conn: &Connection, row: &mut RunRow) -> rusqlite::Result<()> {
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
pub(crate) fn place_below(row: &mut RunRow, parent: Option<&RunRow>) {
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

/// Moves the children of a run whose dotted orders were made up below it; and theirs below them.
pub(crate) fn adopt_children(conn: &Connection, parent: RunRow) -> rusqlite::Result<()> {
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
            place_below(&mut child, Some(&parent));
            child.save(conn)?;
            waiting.push(child);
        }
    }
    Ok(())
}
