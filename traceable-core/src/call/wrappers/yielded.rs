//! What streams and iterators have in common: items pass, and the run ends when there are no more.

use std::sync::Arc;

use serde_json::json;

use crate::call::ending::{finish, panic_message};
use crate::call::traced_call::Call;
use crate::capture::items::{Collect, Gathered};
use crate::capture::limits::MAX_ERROR_EVENTS;
use crate::capture::outcome::{Outcome, Report as _};
use crate::capture::suppress::suppressed;
use crate::identity::time::Timestamp;
use crate::run::node::{Run, State};
use crate::sink::run_type::RunType;

/// Notes an item that passes.
pub(super) fn item<T>(call: &Call, collect: &mut impl Collect<T>, gathered: &mut Gathered, item: &T) {
    if gathered.is_over {
        return;
    }
    let Some(run) = call.posted_run().filter(|run| run.is_recorded()) else { return };
    if let Some(error) = gathered.error.take() {
        // an error with more items behind it was not the end
        let mut state = run.state();
        if state.extra().events.len() < MAX_ERROR_EVENTS {
            let event = json!({"name": "error", "time": Timestamp::now().to_string(), "message": error});
            state.extra().events.push(event);
        }
    }
    if gathered.seen == 0 && run.head.run_type() == RunType::Llm {
        // LangSmith computes the time to the first token from this
        let event = json!({"name": "new_token", "time": Timestamp::now().to_string()});
        run.state().extra().events.push(event);
    }
    gathered.seen += 1;
    suppressed(|| collect.item(item, gathered));
}

/// Ends the run because the generator panicked; what it yielded before is kept.
pub(super) fn panicked<T>(
    call: &Call,
    collect: &mut impl Collect<T>,
    gathered: &mut Gathered,
    panic: &(dyn std::any::Any + Send),
) {
    gathered.error = Some(panic_message(panic));
    end(call, collect, gathered, false);
}

/// Ends the run, once; `is_dropped` if the consumer left before the end. The call keeps its context: what is dropped
/// after the end is still dropped inside it.
pub(super) fn end<T>(call: &Call, collect: &mut impl Collect<T>, gathered: &mut Gathered, is_dropped: bool) {
    if std::mem::replace(&mut gathered.is_over, true) {
        return;
    }
    let Some(run) = call.posted_run() else { return call.leave(drop_unseen) };
    let left_out = gathered.left_out();
    finish(
        run,
        &mut |outcome: &mut Outcome| {
            if let Some(error) = gathered.error.take() {
                outcome.report(error);
            }
            collect.outputs(gathered, outcome);
        },
        &|state: &mut State| {
            if is_dropped {
                state.metadata("stream_dropped", true);
            }
            if left_out > 0 {
                state.metadata("items_not_recorded", left_out);
            }
        },
    );
}

/// Ends a run that nobody had heard of when its generator was dropped.
fn drop_unseen(run: &Arc<Run>) {
    finish(run, &mut |_: &mut Outcome| (), &|state| state.metadata("stream_dropped", true));
}
