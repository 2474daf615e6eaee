//! How many values became markers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static UNRECORDED: AtomicU64 = AtomicU64::new(0);

/// How many values have become markers since the process began.
pub fn unrecorded_values() -> u64 {
    UNRECORDED.load(Relaxed)
}

/// Something could not be recorded.
pub(crate) fn count_unrecorded() {
    UNRECORDED.fetch_add(1, Relaxed);
}
