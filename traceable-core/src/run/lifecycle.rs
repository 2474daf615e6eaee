//! When a run is told to its sink, and when it ends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard};

use serde_json::{Map, Value};

use super::node::{Additions, Run, State};
use super::operation::{Labels, OperationKind, RunDetails, RunOperation};
use crate::capture::payload::Payload;
use crate::capture::silence::silently;
use crate::identity::time::Timestamp;

/// Tells the sink that the run has started, once.
pub(crate) fn post(run: &Arc<Run>) {
    // a run that was only reserved starts by this; not under the lock of its state, which the start needs
    run.bound();
    post_state(run, run.state());
}

/// As [`post`], of a run that has started and whose state is at hand.
pub(crate) fn post_state(run: &Arc<Run>, state: MutexGuard<'_, State>) {
    if !run.tell() {
        submit(run, state, OperationKind::Post);
    }
}

/// Tells the sink what has changed since it was told last.
pub(crate) fn patch(run: &Arc<Run>) {
    run.bound();
    // told for the first time, all of it is new
    let kind = if run.tell() { OperationKind::Patch } else { OperationKind::Post };
    submit(run, run.state(), kind);
}

/// Ends the run, once, and tells the sink. `last_words` sees the state before.
pub(crate) fn end(
    run: &Arc<Run>,
    outputs: Option<Payload>,
    error: Option<String>,
    last_words: impl FnOnce(&mut State),
) {
    let start = run.bound().start;
    let mut state = run.state();
    if state.has_ended {
        return;
    }
    if let Some(extra) = state.extra.as_deref_mut().filter(|extra| extra.holds > 0) {
        extra.waiting = Some((outputs, error));
        last_words(&mut state);
        return;
    }
    let kind = if run.tell() { OperationKind::Patch } else { OperationKind::Post };
    state.has_ended = true;
    state.end_time = state.end_time.or_else(|| Some(Timestamp::now().max(start)));
    if let Some(error) = error {
        state.extra().error = Some(capped(error));
    }
    match state.extra.as_deref_mut() {
        Some(extra) if extra.outputs_are_set => {}
        Some(extra) if !extra.outputs.is_empty() => {
            // outputs added by hand stay, those of the function come on top
            extra.outputs.extend(outputs.map(|o| object(&o)).unwrap_or_default());
        }
        _ => state.outputs = outputs,
    }
    last_words(&mut state);
    note_usage(&mut state);
    let on_end = state.extra.as_deref_mut().and_then(|extra| extra.on_end.take());
    submit(run, state, kind);
    if let Some(on_end) = on_end {
        // the user's code: its panic is its own, never the traced call's
        let _ = catch_unwind(AssertUnwindSafe(|| silently(|| on_end(run.clone()))));
    }
}

/// An error is a text to be read; one of many megabytes is cut.
fn capped(mut error: String) -> String {
    const MAX: usize = 1 << 20;
    if error.len() > MAX {
        let cut = error.floor_char_boundary(MAX);
        error.truncate(cut);
        error.push_str(" [cut here: longer than 1 MiB]");
    }
    error
}

/// LangSmith counts tokens and costs from `metadata.usage_metadata`; functions return them in their outputs.
fn note_usage(state: &mut State) {
    const KEY: &str = "usage_metadata";
    let in_outputs = match (&state.outputs, state.extra.as_deref()) {
        (_, Some(extra)) if extra.outputs.contains_key(KEY) => extra.outputs.get(KEY).cloned(),
        (Some(outputs), _) if memchr::memmem::find(outputs.as_bytes(), b"\"usage_metadata\"").is_some() => {
            object(outputs).remove(KEY)
        }
        _ => None,
    };
    if let Some(usage) = in_outputs.filter(Value::is_object) {
        state.metadata(KEY, usage);
    }
}

fn object(payload: &Payload) -> Map<String, Value> {
    match payload.to_value() {
        Value::Object(map) => map,
        other => Map::from_iter([("output".to_owned(), other)]),
    }
}

fn submit(run: &Arc<Run>, mut state: MutexGuard<'_, State>, kind: OperationKind) {
    let Some(sink) = &run.bound().sink else { return };
    let tells_inputs = std::mem::take(&mut state.has_new_inputs) || kind == OperationKind::Post;
    let mut operation = RunOperation {
        kind,
        end_time: state.end_time,
        inputs: if tells_inputs { state.inputs.clone() } else { None },
        // told whole: what a run made by hand has when it is posted is told again as it ends
        outputs: if kind == OperationKind::Post { state.outputs.clone() } else { state.outputs.take() },
        details: None,
        run: run.clone(),
        inherited: state.settings.clone().map(|settings| settings as Arc<dyn Labels>),
    };
    if state.has_ended {
        // given away: a run that has ended holds nothing large
        (state.inputs, state.outputs) = (None, None);
    }
    // a run made by hand may be told again, whole
    let has_ended = state.has_ended && run.head.method().is_some();
    if let Some(extra) = state.extra.as_deref_mut() {
        if !extra.outputs.is_empty() {
            operation.outputs = Some(outputs_of(&extra.outputs));
        }
        operation.details = Some(Box::new(details(extra, has_ended)));
        if has_ended {
            extra.outputs.clear();
        }
    }
    drop(state);
    // a sink that panics must not take the program with it
    if catch_unwind(AssertUnwindSafe(|| silently(|| sink.submit(operation)))).is_err() {
        crate::process::warn("a sink panicked; what it was told is lost");
    }
}

/// Outputs are an object, be they too large to be recorded.
fn outputs_of(outputs: &Map<String, Value>) -> Payload {
    let payload = Payload::of(outputs);
    if payload.as_bytes().first() == Some(&b'{') {
        return payload;
    }
    Payload::of(&Map::from_iter([("outputs".to_owned(), payload.to_value())]))
}

fn details(extra: &mut Additions, has_ended: bool) -> RunDetails {
    let attachments = std::mem::take(&mut extra.attachments);
    if has_ended {
        // given away: what children and handles hold on to is small
        return RunDetails {
            error: extra.error.take(),
            events: std::mem::take(&mut extra.events),
            serialized: extra.serialized.take(),
            attachments,
            tags: extra.tags.clone(),
            metadata: std::mem::take(&mut extra.metadata),
        };
    }
    RunDetails {
        error: extra.error.clone(),
        events: extra.events.clone(),
        serialized: extra.serialized.clone(),
        attachments,
        tags: extra.tags.clone(),
        metadata: extra.metadata.clone(),
    }
}
