//! Traces that tests make, as bodies of `POST /runs/batch`.

use serde_json::{Value, json};
use traceable_viewer::Store;
use uuid::Uuid;

/// Ids that tell the number of the trace and that of the run.
pub(crate) fn id(trace: u64, run: u64) -> Uuid {
    Uuid::from_u64_pair(trace + 1, run + 1)
}

fn order(trace: u64, run: u64) -> String {
    let segment = |run| format!("20261122T132433{:06}Z{}", run % 1_000_000, id(trace, run));
    match run {
        0 => segment(0),
        _ => format!("{}.{}", segment(0), segment(run)),
    }
}

/// A run that has ended; number 0 is the root, and the others are its children.
pub(crate) fn run(trace: u64, run: u64, text: &str) -> Value {
    json!({
        "id": id(trace, run), "name": format!("run {run}"), "dotted_order": order(trace, run),
        "end_time": "2026-11-22T13:24:34Z", "tags": ["all", format!("trace {trace}")],
        "inputs": {"question": text}, "outputs": {"answer": text},
        "extra": {"metadata": {"trace": trace, "run": run}},
    })
}

/// A body that makes a trace of so many runs.
pub(crate) fn trace(trace: u64, runs: u64, text: &str) -> Value {
    json!({"post": (0..runs).map(|at| run(trace, at, text)).collect::<Vec<_>>()})
}

/// A text that does not compress well, another one for each seed.
pub(crate) fn noise(seed: u64, bytes: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::with_capacity(bytes);
    while text.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text += &format!("{state:016x}");
    }
    text.truncate(bytes);
    text
}

/// Whether a run is stored.
pub(crate) fn is_stored(store: &Store, trace: u64, run: u64) -> bool {
    store.run(id(trace, run)).unwrap().is_some()
}
