//! Differences that are the same in all programs, and the reasons that several share.

use crate::difference::{Difference, each_its_own, python_only};

pub(crate) const NOT_REPR: &str =
    "Rust has no `repr(e)` and no traceback: the error is its `Display` text with its sources";
pub(crate) const LEFT_EARLY: &str = "a generator that its consumer leaves has not failed";
pub(crate) const BROKEN_TRACE: &str =
    "a root off the main thread or in a task may be one by mistake: it says why, and where it was called";
pub(crate) const SDK_BOOKKEEPING: &str =
    "the SDK notes in an event which files it has uploaded, so as not to do it twice; our notes are our own";

/// In all programs.
pub(crate) fn everywhere() -> Vec<Difference> {
    let env = "nothing of the environment is uploaded";
    vec![
        each_its_own("*.extra.runtime.", "it describes the SDK and the language themselves"),
        python_only("*.extra.metadata.LANGSMITH_ENDPOINT", "http://127.0.0.1:1984", env),
        python_only("*.extra.metadata.LANGSMITH_PROJECT", "wire-test", env),
        python_only("*.extra.metadata.LANGSMITH_TRACING", "true", env),
    ]
}

/// In captures of version 0.11.1.
pub(crate) fn of_0_11() -> Difference {
    let reason = "0.11.1 sends the replicas with their keys, by mistake; 0.15 does not";
    python_only("*.main.replicas", serde_json::json!([]), reason)
}
