//! Code of the user's that runs only because a call is recorded: a panic in it must not reach the program.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::suppress::suppressed;
use super::writer::count_unrecorded;

/// What a predicate of the attribute says; a panic counts as no.
pub fn holds(predicate: impl FnOnce() -> bool) -> bool {
    catch_unwind(AssertUnwindSafe(|| suppressed(predicate))).unwrap_or(false)
}

/// The user's `Display` may panic; the text then says so.
pub(crate) fn guarded_text(text: impl FnOnce() -> String) -> String {
    guarded_text_or("[not recorded: the error's Display panicked]", text)
}

/// Whatever of the user's makes the text; the marker says what panicked.
pub(super) fn guarded_text_or(marker: &str, text: impl FnOnce() -> String) -> String {
    catch_unwind(AssertUnwindSafe(|| suppressed(text))).unwrap_or_else(|_| {
        count_unrecorded();
        marker.to_owned()
    })
}
