//! Runs that begin a trace of their own against their will: their metadata and diagnostics. And the other mistakes that are
//! reported.
//!
//! What is counted is counted for the whole process, so the tests of this program run one after the other.

mod blocks;
mod functions;
mod manual;
mod mistakes;
mod recorded;
mod suspects;
mod threads;

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use traceable::diagnostics::{Diagnostic, DiagnosticKind};
use traceable::testing::Recorder;
use traceable::{diagnostics, set_diagnostic_hook};

static REPORTS: Mutex<Vec<Diagnostic>> = Mutex::new(Vec::new());

/// Records everything, for one test at a time.
fn recorder() -> (MutexGuard<'static, ()>, Recorder) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    static HOOK: Once = Once::new();
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    HOOK.call_once(|| {
        set_diagnostic_hook(|diagnostic| REPORTS.lock().unwrap().push(diagnostic.clone()));
    });
    REPORTS.lock().unwrap().clear();
    (guard, Recorder::install())
}

fn kinds() -> Vec<DiagnosticKind> {
    REPORTS.lock().unwrap().iter().map(|diagnostic| diagnostic.kind).collect()
}

fn reports() -> Vec<String> {
    REPORTS.lock().unwrap().iter().map(ToString::to_string).collect()
}

/// What the run of this name says about its broken trace.
fn broken_trace_of(recorder: &Recorder, name: &str) -> (String, Option<String>) {
    let metadata = recorder.run(name).metadata;
    let text = |key| metadata.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    (text("broken_trace_reason").unwrap_or_default(), text("suspected_parent"))
}

/// How often the runs of this function, or of a block of this name, began traces against their will.
fn broken_traces_of(function: &str) -> u64 {
    let broken_traces = diagnostics().broken_traces;
    broken_traces.iter().filter(|broken| broken.function.ends_with(function)).map(|broken| broken.count).sum()
}

/// A run id as text.
fn id_of(recorder: &Recorder, name: &str) -> Option<String> {
    Some(recorder.run(name).id.to_string())
}
