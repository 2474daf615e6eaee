//! Why a run that nobody meant to be a root is one.

use crate::context::fence::is_in_task;

/// What is written to `metadata.split_reason`. `None` where a root is what one expects: on the main thread, outside
/// any task.
pub(super) fn reason(was_fenced: bool) -> Option<&'static str> {
    if was_fenced {
        return Some("fenced_task");
    }
    if is_in_task() {
        return Some("no_context_in_task");
    }
    if std::thread::current().name() != Some("main") {
        return Some("no_context_on_thread");
    }
    None
}
