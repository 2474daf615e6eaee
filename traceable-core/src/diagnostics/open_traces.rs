//! The traces that are open now: if there is only one, a run that lost its context probably belongs to it.
//!
//! Without a lock: a process may be forked at any moment, and what is locked then stays so in the copy.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use uuid::Uuid;

use crate::identity::fork::this_process;

/// The halves of a root's id. In the lower one, 0 is a free place, and 1 is one that is being filled.
struct Place {
    high: AtomicU64,
    low: AtomicU64,
}

const FREE: u64 = 0;
const BUSY: u64 = 1;

/// More than a few open at once, and none of them is likely.
static OPEN: [Place; 8] = [const { Place { high: AtomicU64::new(0), low: AtomicU64::new(FREE) } }; 8];
/// Roots that found no place.
static OTHERS: AtomicUsize = AtomicUsize::new(0);
/// The process that all this is about.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// A copy of the process has none of its traces.
fn forget_those_of_the_original() {
    let process = this_process();
    if PROCESS.load(Ordering::Relaxed) != process && PROCESS.swap(process, Ordering::Relaxed) != process {
        OPEN.iter().for_each(|place| place.low.store(FREE, Ordering::Relaxed));
        OTHERS.store(0, Ordering::Relaxed);
    }
}

/// A trace begins.
pub(crate) fn begins(root: Uuid) {
    forget_those_of_the_original();
    let (high, low) = root.as_u64_pair();
    let is_free =
        |place: &&Place| place.low.compare_exchange(FREE, BUSY, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    match OPEN.iter().find(is_free) {
        Some(place) => {
            place.high.store(high, Ordering::Relaxed);
            place.low.store(low, Ordering::Release);
        }
        None => drop(OTHERS.fetch_add(1, Ordering::Relaxed)),
    }
}

/// A root has ended.
pub(crate) fn ends(root: Uuid) {
    let (_, low) = root.as_u64_pair();
    let is_it =
        |place: &Place| place.low.compare_exchange(low, FREE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    if !OPEN.iter().any(is_it) {
        let _ = OTHERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |others| others.checked_sub(1));
    }
}

/// Whether a trace is open.
pub(crate) fn is_any() -> bool {
    forget_those_of_the_original();
    OTHERS.load(Ordering::Relaxed) > 0 || OPEN.iter().any(|place| place.low.load(Ordering::Relaxed) != FREE)
}

/// The only open trace, by its root's id.
pub(crate) fn only_one() -> Option<Uuid> {
    forget_those_of_the_original();
    let mut open = OPEN.iter().filter(|place| place.low.load(Ordering::Relaxed) != FREE);
    let (place, None) = (open.next()?, open.next()) else { return None };
    let low = place.low.load(Ordering::Acquire);
    let id = Uuid::from_u64_pair(place.high.load(Ordering::Relaxed), low);
    (low > BUSY && OTHERS.load(Ordering::Relaxed) == 0).then_some(id)
}
