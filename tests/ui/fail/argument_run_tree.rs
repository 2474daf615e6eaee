//! A handle of a run is a mark away from what was meant.

use std::sync::Arc;

use traceable::{RunTree, traceable};

#[traceable]
fn by_value(rt: RunTree) -> bool {
    rt.is_active()
}

#[traceable]
async fn by_reference(rt: &RunTree, text: String) -> String {
    text
}

#[traceable]
async fn maybe(rt: Option<&RunTree>) {}

#[traceable(process_inputs = |_| {})]
async fn shared(rt: Arc<RunTree>) {}

fn main() {}
