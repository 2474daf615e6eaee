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
    assert!(run.id().is_none_or(|id| id == order.run_id()));
});
