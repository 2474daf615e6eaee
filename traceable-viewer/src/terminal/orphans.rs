//! Orphans in the tree: a run whose parent was not received is drawn below a placeholder.

use std::iter::{once, once_with};

use uuid::Uuid;

use crate::model::{dotted_order, stored_run::StoredRun};

/// The ancestors of a run, parent first, as the run names them.
pub(crate) fn ancestors(run: &StoredRun) -> impl Iterator<Item = Uuid> + '_ {
    // read only for orphans: a parent that was received names its own ancestors
    let above_parent = || {
        let order = dotted_order::parse(&run.dotted_order).ok();
        order.iter().flat_map(|order| order.run_ids().rev().skip(2)).collect::<Vec<_>>()
    };
    run.parent_id.into_iter().flat_map(move |parent| once(parent).chain(once_with(above_parent).flatten()))
}

/// What stands in the place of a run that was not received.
pub(crate) fn placeholder(id: Uuid) -> String {
    format!("? not received  {id}")
}
