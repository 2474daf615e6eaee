//! Panics of the user's code that runs only because a call is recorded: `Serialize`, `Display`, hooks, expressions of the
//! attribute. None of them reaches the program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::marker::{DISPLAY_PANICKED, count_unrecorded, marker};
use super::suppress::suppressed;

/// What `f` makes; `None` if it panics.
#[inline]
pub(crate) fn guarded<R>(f: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(f)).ok()
}

/// What a predicate of the attribute says; a panic counts as no.
pub fn holds(predicate: impl FnOnce() -> bool) -> bool {
    guarded(|| suppressed(predicate)).unwrap_or(false)
}

/// The user's `Display` may panic; the text then says so.
pub(crate) fn guarded_text(text: impl FnOnce() -> String) -> String {
    guarded_text_or(DISPLAY_PANICKED, text)
}

/// Whatever of the user's makes the text; a marker says what panicked.
pub(super) fn guarded_text_or(problem: &str, text: impl FnOnce() -> String) -> String {
    guarded(|| suppressed(text)).unwrap_or_else(|| {
        count_unrecorded();
        marker(problem)
    })
}
