//! Items that streams and iterators yield: recorded while they pass.

use serde_json::json;

use crate::call::traced_call::Call;
use crate::capture::items::{Collect, ItemBuffer};
use crate::capture::limits::MAX_ERROR_EVENTS;
use crate::capture::suppress::suppressed;
use crate::sink::run_type::RunType;

/// Notes an item that passes.
pub(super) fn item<T>(call: &Call, collect: &mut impl Collect<T>, items: &mut ItemBuffer, item: &T) {
    if items.is_over {
        return;
    }
    let Some(run) = call.posted_run().filter(|run| run.is_recorded()) else { return };
    if let Some(error) = items.error.take() {
        // an error with more items behind it was not the end
        let mut state = run.state();
        if state.extra().events.len() < MAX_ERROR_EVENTS {
            let event = json!({"name": "error", "time": run.now(&state).to_string(), "message": error});
            state.extra().events.push(event);
        }
    }
    if items.seen == 0 && run.head.run_type() == RunType::Llm {
        // LangSmith computes the time to the first token from this
        let mut state = run.state();
        let event = json!({"name": "new_token", "time": run.now(&state).to_string()});
        state.extra().events.push(event);
    }
    items.seen += 1;
    suppressed(|| collect.item(item, items));
}
