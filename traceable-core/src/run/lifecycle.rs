//! Posting, patching and ending a run: the operations that its sink gets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard};

use super::fields::{capped, details, note_usage};
use super::node::{Bound, Context, Run, State};
use crate::capture::inputs::Inputs;
use crate::capture::json_object::JsonObject;
use crate::capture::payload::Payload;
use crate::capture::suppress::{in_sink, suppressed};
use crate::diagnostics::counters;
use crate::diagnostics::hook::{DiagnosticKind, report, report_waiting};
use crate::diagnostics::open_traces;
use crate::identity::time::Timestamp;
use crate::sink::operation::{Labels, OperationKind, RunOperation};
use crate::sink::run_sink::RunSink;

/// Posts the run to its sink, once.
pub(crate) fn post(run: &Arc<Run>) {
    // a run that was only reserved starts by this; not under the lock of its state, which the start needs
    post_above(run, run.bound());
    post_state(run, run.state());
}

/// Before a run is posted: the one above it may be waiting for just this.
#[inline]
pub(crate) fn post_above(run: &Run, bound: &Bound) {
    if let Some(above) = waiting_above(bound).filter(|_| !run.is_copy()) {
        post_waiting(above);
    }
}

/// The parent, if its post waits for a first child. A run that is not recorded does not count as a child.
fn waiting_above(bound: &Bound) -> Option<&Arc<Run>> {
    let above = bound.up.as_ref().and_then(Context::run_ref);
    above.filter(|above| above.is_waiting() && bound.sink.is_some())
}

/// From the top: one inside the other, a long way up would overflow the stack.
#[cold]
fn post_waiting(first: &Arc<Run>) {
    let waiting: Vec<_> = std::iter::successors(Some(first), |run| waiting_above(run.bound())).collect();
    for run in waiting.into_iter().rev() {
        post_state(run, run.state());
    }
}

/// As [`post`], of a run that has started, under a run that was posted, and whose state is at hand.
pub(crate) fn post_state(run: &Arc<Run>, mut state: MutexGuard<'_, State>) {
    if !run.mark_posted() {
        note_begin(run);
        if run.head.method().is_none()
            && let Some(end_time) = state.end_time
        {
            // a manual run that is posted whole
            note_end(run, end_time);
        }
        // submitted again as it ends
        let outputs = state.extra.as_ref().and_then(|extra| extra.first_outputs.clone());
        let left = take_left(&mut state);
        submit(run, state, OperationKind::Post, outputs);
        if let Some(end) = left {
            end(run);
        }
    }
}

/// The call was dropped and made no run. If a child still needs the run, it starts and ends at once, by `end`.
pub(crate) fn leave(run: &Arc<Run>, end: fn(&Arc<Run>)) {
    let mut state = run.state();
    if run.is_new() {
        state.extra().left = Some(end);
    } else {
        drop(state);
        end(run);
    }
}

fn take_left(state: &mut State) -> Option<fn(&Arc<Run>)> {
    state.extra.as_deref_mut().and_then(|extra| extra.left.take())
}

/// Marks the run as posted: the first operation is a post, later ones are patches. Call it under the lock of the run's
/// state, so that the run enters the open traces before it leaves them.
fn mark_posted(run: &Arc<Run>) -> OperationKind {
    if run.mark_posted() {
        return OperationKind::Patch;
    }
    note_begin(run);
    OperationKind::Post
}

fn note_begin(run: &Arc<Run>) {
    if let Some(bound) = run.as_root() {
        open_traces::begins(bound.id, run.head.callsite());
    }
}

fn note_end(run: &Arc<Run>, end_time: Timestamp) {
    run.note_end(end_time);
    if let Some(bound) = run.as_root() {
        open_traces::ends(bound.id);
    }
}

/// Submits what has changed since the last operation.
pub(crate) fn patch(run: &Arc<Run>) {
    if run.is_new() {
        post_above(run, run.bound());
    }
    let mut state = run.state();
    let kind = mark_posted(run);
    if state.has_ended
        && run.ended().is_none()
        && let Some(end_time) = state.end_time
    {
        note_end(run, end_time);
    }
    // a manual run may be submitted again, whole
    let outputs = state.extra.as_deref().and_then(|extra| extra.first_outputs.clone());
    let left = take_left(&mut state);
    submit(run, state, kind, outputs);
    if let Some(end) = left {
        end(run);
    }
}

/// Ends the run, once, and submits its end. `last_words` sees the state before.
pub(crate) fn end(
    run: &Arc<Run>,
    outputs: Option<Payload>,
    error: Option<String>,
    last_words: &dyn Fn(&mut State),
) {
    let bound = run.bound();
    if run.is_new() {
        post_above(run, bound);
    }
    let mut state = run.state();
    if state.has_ended {
        return;
    }
    if let Some(extra) = state.extra.as_deref_mut().filter(|extra| extra.holds > 0) {
        extra.waiting = Some((outputs, error));
        last_words(&mut state);
        return;
    }
    if run.take_expectation() && state.inputs.is_none() {
        // on a system that takes the slot of the context away with other thread-locals, the body did not find its run
        state.inputs = Some(Inputs::lost());
    }
    let kind = mark_posted(run);
    state.has_ended = true;
    let end_time = state.end_time.unwrap_or_else(|| run.now(&state));
    state.end_time = Some(end_time);
    note_end(run, end_time);
    if let Some(error) = error {
        state.extra().error = Some(capped(error));
    }
    let mut outputs = outputs;
    if let Some(extra) = state.extra.as_deref_mut() {
        if extra.outputs_are_set {
            outputs = None;
        } else if !extra.outputs.is_empty() {
            // outputs that the program added stay, those of the function come on top
            extra.outputs.extend(outputs.take().map(|o| JsonObject::read(&o, "output")).unwrap_or_default());
        }
    }
    last_words(&mut state);
    note_usage(&mut state, outputs.as_ref());
    let on_end = state.extra.as_deref_mut().and_then(|extra| extra.on_end.take());
    submit(run, state, kind, outputs);
    if let Some(on_end) = on_end {
        // the user's code: its panic is its own, never the traced call's
        let _ = catch_unwind(AssertUnwindSafe(|| suppressed(|| on_end(run.clone()))));
    }
}

fn submit(run: &Arc<Run>, mut state: MutexGuard<'_, State>, kind: OperationKind, outputs: Option<Payload>) {
    let Some(sink) = run.bound().sink.as_ref().filter(|_| !run.is_copy()) else { return };
    let sends_inputs = std::mem::take(&mut state.has_new_inputs) || kind == OperationKind::Post;
    let mut operation = RunOperation {
        kind,
        end_time: state.end_time,
        inputs: if sends_inputs { state.inputs.clone() } else { None },
        outputs,
        details: None,
        run: run.clone(),
        inherited: state.settings.clone().map(|settings| settings as Arc<dyn Labels>),
    };
    if state.has_ended {
        // given away: a run that has ended holds nothing large
        state.inputs = None;
    }
    // a manual run may be submitted again, whole
    let has_ended = state.has_ended && run.head.method().is_some();
    let mut is_spent = false;
    if let Some(extra) = state.extra.as_deref_mut() {
        if !extra.outputs.is_empty() {
            operation.outputs = Some(extra.outputs.to_payload("outputs"));
        }
        operation.details = Some(Box::new(details(extra, has_ended)));
        if has_ended {
            extra.outputs.clear();
        }
        is_spent = has_ended && extra.is_spent();
    }
    if is_spent && !state.is_posting {
        state.extra = None;
    }
    if state.is_posting {
        state.extra().pending.push_back(operation);
        return;
    }
    let is_first = kind == OperationKind::Post && run.was_reserved();
    state.is_posting = is_first;
    drop(state);
    submit_to(&**sink, operation);
    if is_first {
        submit_pending(run, &**sink);
    }
}

/// Submits what other threads had of a run while its post was being submitted: a run begins before it ends.
fn submit_pending(run: &Run, sink: &dyn RunSink) {
    loop {
        let mut state = run.state();
        let Some(next) = state.extra.as_deref_mut().and_then(|extra| extra.pending.pop_front()) else {
            state.is_posting = false;
            return;
        };
        drop(state);
        submit_to(sink, next);
    }
}

fn submit_to(sink: &dyn RunSink, operation: RunOperation) {
    report_waiting();
    // a sink that panics must not take the program with it
    match catch_unwind(AssertUnwindSafe(|| in_sink(|| sink.submit(operation)))) {
        Ok(true) => {}
        Ok(false) => drop(counters::SINK_REENTRY.add()),
        Err(_) => note_sink_panic(),
    }
}

#[cold]
fn note_sink_panic() {
    if counters::SINK_PANICS.add() == 0 {
        let text = "a sink panicked: the operation is lost; further panics are counted in `diagnostics().sink_panics`"
            .to_owned();
        report(DiagnosticKind::SinkPanicked, text);
    }
}
