//! The traces that are open now: if there is only one, a run that lost its context probably belongs to it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// More than a few open at once, and none of them is likely.
const MAX: usize = 8;

struct Open {
    roots: [Uuid; MAX],
    len: usize,
    /// Roots that found no room.
    others: usize,
}

static OPEN: Mutex<Open> = Mutex::new(Open { roots: [Uuid::nil(); MAX], len: 0, others: 0 });

fn open() -> MutexGuard<'static, Open> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A trace begins.
pub(crate) fn begins(root: Uuid) {
    let mut open = open();
    if open.len < MAX {
        let len = open.len;
        open.roots[len] = root;
        open.len += 1;
    } else {
        open.others += 1;
    }
}

/// A root has ended.
pub(crate) fn ends(root: Uuid) {
    let mut open = open();
    let len = open.len;
    match open.roots[..len].iter().position(|id| *id == root) {
        Some(at) => {
            open.roots[at] = open.roots[len - 1];
            open.len -= 1;
        }
        None => open.others = open.others.saturating_sub(1),
    }
}

/// Whether a trace is open.
pub(crate) fn is_any() -> bool {
    let open = open();
    open.len + open.others > 0
}

/// The only open trace, by its root's id.
pub(crate) fn only_one() -> Option<Uuid> {
    let open = open();
    (open.len == 1 && open.others == 0).then_some(open.roots[0])
}
