//! A dotted order is refused, or says the same when it is written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use traceable_core::{DottedOrder, RunTree};

fuzz_target!(|text: &str| {
    let Ok(order) = text.parse::<DottedOrder>() else { return };
    let again: DottedOrder = order.as_str().parse().expect("what was written can be read");
    assert_eq!(again, order);
    assert_eq!(order.depth() == 1, order.parent_run_id().is_none());
    let run = RunTree::from_dotted_order(&order);
    let known = |id| id == Some(order.run_id()) || id.is_none();
    assert!(known(run.id()));
});
