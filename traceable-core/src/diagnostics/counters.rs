//! Numbers of the process, counted where something rare happens.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(crate) struct Counter(AtomicU64);

impl Counter {
    const fn new() -> Counter {
        Counter(AtomicU64::new(0))
    }

    /// Counts one more, and returns how many there were before.
    pub(crate) fn add(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

pub(crate) static LATE_CHILDREN: Counter = Counter::new();
pub(crate) static STALE_PARENTS: Counter = Counter::new();
pub(crate) static OVERGROWN_RUNS: Counter = Counter::new();
pub(crate) static LEFT_OPEN: Counter = Counter::new();
pub(crate) static DUPLICATE_IDS: Counter = Counter::new();
pub(crate) static NEVER_POLLED: Counter = Counter::new();
pub(crate) static SINK_PANICS: Counter = Counter::new();
pub(crate) static SINK_REENTRY: Counter = Counter::new();
pub(crate) static CANCELLED: Counter = Counter::new();
