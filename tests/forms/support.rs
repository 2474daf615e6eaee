//! Recording, and runs as one line each.

use std::future::Future;

use traceable::testing::{RecordedRun, Recorder};

/// What is recorded while `f` runs.
pub(crate) fn record<R>(f: impl FnOnce() -> R) -> (R, Recorder) {
    let recorder = Recorder::new();
    let value = recorder.scoped(f);
    (value, recorder)
}

/// What is recorded while a future is made and driven.
pub(crate) fn record_async<F: Future>(f: impl FnOnce() -> F) -> (F::Output, Recorder) {
    record(|| futures::executor::block_on(f()))
}

/// `inputs -> outputs`, or `inputs -> error: ..`.
pub(crate) fn line(run: &RecordedRun) -> String {
    // a call without arguments has nothing to say about them
    let inputs = if run.inputs.is_null() { "{}".to_owned() } else { run.inputs.to_string() };
    match &run.error {
        Some(error) => format!("{inputs} -> error: {error}"),
        None => format!("{inputs} -> {}", run.outputs),
    }
}

/// The line of the only run.
pub(crate) fn only(recorder: &Recorder) -> String {
    let runs = recorder.runs();
    assert_eq!(runs.len(), 1, "one run is expected: {}", recorder.forest().render());
    line(&runs[0])
}
