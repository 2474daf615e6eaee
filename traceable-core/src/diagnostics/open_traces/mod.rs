//! The traces that are open now. If there is only one, a run that lost its context probably belongs to it.
//!
//! In: the ids of roots as they begin and end. Out: the only open trace, as a suspect in a diagnostic. It must never
//! decide a parent, and never lock.

#[cfg(all(test, traceable_loom))]
mod models;
mod slots;

use std::ptr;

use uuid::Uuid;

use self::slots::OpenTraces;
use crate::callsite::function::Callsite;

/// More than a few open at once, and none of them is likely.
const SLOTS: usize = 8;

#[cfg(not(all(test, traceable_loom)))]
static OPEN: OpenTraces<SLOTS> = OpenTraces::new();
#[cfg(all(test, traceable_loom))]
loom::lazy_static! {
    static ref OPEN: OpenTraces<SLOTS> = OpenTraces::new();
}

/// A trace begins, with a run that is made here.
pub(crate) fn begins(root: Uuid, callsite: Option<&'static Callsite>) {
    OPEN.begins(root, callsite.map_or(0, address));
}

/// A root has ended. One that nobody ends is open as long as somebody holds it.
pub(crate) fn ends(root: Uuid) {
    OPEN.ends(root);
}

/// Whether a trace is open.
pub(crate) fn is_any() -> bool {
    OPEN.is_any()
}

/// The only open trace, by its root's id, unless a run that is made here began it: one request to a server is not the
/// parent of the next.
pub(crate) fn only_one_beside(callsite: &'static Callsite) -> Option<Uuid> {
    OPEN.only_one().filter(|(_, other)| *other != address(callsite)).map(|(root, _)| root)
}

fn address(callsite: &'static Callsite) -> usize {
    ptr::from_ref(callsite).addr()
}
