//! The runs above a run.

use uuid::Uuid;

use crate::model::dotted_order;
use crate::model::stored_run::StoredRun;

/// From the root down to the parent, as the dotted order names them.
pub(crate) fn ancestors(run: &StoredRun) -> Vec<Uuid> {
    let Ok(order) = dotted_order::parse(&run.dotted_order) else { return Vec::new() };
    let mut ids: Vec<Uuid> = order.run_ids().collect();
    ids.pop();
    ids
}
