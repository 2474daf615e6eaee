//! How a generator ends: exhausted, dropped early (`stream_dropped`), or by a panic.

use std::sync::Arc;

use super::ending::{finish, panic_message};
use super::traced_call::Call;
use crate::capture::items::{Collect, ItemBuffer};
use crate::capture::outcome::{Outcome, Report as _};
use crate::run::node::{Run, State};

/// Ends the run because the generator panicked; what it yielded before is kept.
pub(in crate::call) fn panicked<T>(
    call: &Call,
    collect: &mut impl Collect<T>,
    items: &mut ItemBuffer,
    panic: &(dyn std::any::Any + Send),
) {
    items.error = Some(panic_message(panic));
    end(call, collect, items, false);
}

/// Ends the run, once; `is_dropped` if the consumer left before the end. The call keeps its context: what is dropped
/// after the end is still dropped inside it.
pub(in crate::call) fn end<T>(
    call: &Call,
    collect: &mut impl Collect<T>,
    items: &mut ItemBuffer,
    is_dropped: bool,
) {
    if std::mem::replace(&mut items.is_over, true) {
        return;
    }
    let Some(run) = call.posted_run() else { return call.leave(drop_unseen) };
    let left_out = items.left_out();
    finish(
        run,
        &mut |outcome: &mut Outcome| {
            if let Some(error) = items.error.take() {
                outcome.report(error);
            }
            collect.outputs(items, outcome);
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

/// Ends a run that was not posted when its generator was dropped.
fn drop_unseen(run: &Arc<Run>) {
    finish(run, &mut |_: &mut Outcome| (), &|state| state.metadata("stream_dropped", true));
}
