//! Markers: what stands in the place of a value that could not be recorded, and how many there are.

use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The user's `Serialize` panicked.
pub(crate) const SERIALIZE_PANICKED: &str = "its serialization panicked";
/// The `Display` of the user's error panicked.
pub(crate) const DISPLAY_PANICKED: &str = "the error's Display panicked";
/// The body began where no context is kept any more.
pub(crate) const THREAD_ENDED: &str = "its thread was ending";
/// A hook of the attribute panicked.
pub(crate) const HOOK_PANICKED: &str = "its hook panicked";
/// The hook `process_inputs` panicked.
pub(crate) const PROCESS_INPUTS_PANICKED: &str = "process_inputs panicked";
/// An expression in the attribute panicked.
pub(crate) const EXPRESSION_PANICKED: &str = "its expression panicked";

static UNRECORDED: AtomicU64 = AtomicU64::new(0);

/// How many values have become markers since the process began.
pub fn unrecorded_values() -> u64 {
    UNRECORDED.load(Relaxed)
}

/// Something could not be recorded.
pub(crate) fn count_unrecorded() {
    UNRECORDED.fetch_add(1, Relaxed);
}

/// The text that says why a value is missing.
pub(crate) fn marker(problem: impl Display) -> String {
    format!("[not recorded: {problem}]")
}
