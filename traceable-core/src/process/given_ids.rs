//! Run ids that the program chose itself: each is used for one run.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

/// Whether this run id was chosen by the program before, among the last few thousand.
pub(crate) fn is_id_taken(id: Uuid) -> bool {
    const REMEMBERED: usize = 4096;
    static GIVEN: Mutex<Vec<Uuid>> = Mutex::new(Vec::new());
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    if given.contains(&id) {
        return true;
    }
    if given.len() < REMEMBERED {
        given.push(id);
    } else {
        given[NEXT.fetch_add(1, Relaxed) as usize % REMEMBERED] = id;
    }
    false
}
