//! A fixed number of slots for open traces, without a lock: a process may be forked at any moment, and what is locked
//! then stays so in the copy.

#[cfg(all(test, traceable_loom))]
use loom::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
#[cfg(not(all(test, traceable_loom)))]
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use uuid::Uuid;

use crate::identity::fork::fork_generation;

/// The halves of a root's id, and the address of the callsite that made it. In the lower half, 0 is a free slot, and 1 is
/// one that is being filled.
pub(super) struct Slot {
    high: AtomicU64,
    low: AtomicU64,
    callsite: AtomicUsize,
}

pub(super) const FREE: u64 = 0;
pub(super) const BUSY: u64 = 1;

pub(super) struct OpenTraces<const SLOTS: usize> {
    slots: [Slot; SLOTS],
    /// Roots that found no slot.
    pub(super) others: AtomicUsize,
    /// The process that all this is about.
    pub(super) process: AtomicU32,
}

impl<const SLOTS: usize> OpenTraces<SLOTS> {
    #[cfg(not(all(test, traceable_loom)))]
    pub(super) const fn new() -> Self {
        OpenTraces {
            slots: [const {
                Slot { high: AtomicU64::new(0), low: AtomicU64::new(FREE), callsite: AtomicUsize::new(0) }
            }; SLOTS],
            others: AtomicUsize::new(0),
            process: AtomicU32::new(0),
        }
    }

    // not at compile time: loom's atomics cannot be made there
    #[cfg(all(test, traceable_loom))]
    pub(super) fn new() -> Self {
        let free =
            |_| Slot { high: AtomicU64::new(0), low: AtomicU64::new(FREE), callsite: AtomicUsize::new(0) };
        let (others, process) = (AtomicUsize::new(0), AtomicU32::new(0));
        OpenTraces { slots: std::array::from_fn(free), others, process }
    }

    /// A copy of the process has none of its traces. Several threads may come here at once, and those that do not
    /// forget go on meanwhile: only what was there before is taken away.
    fn forget_those_of_the_original(&self) {
        let process = fork_generation();
        if self.process.load(Ordering::Acquire) == process {
            return;
        }
        let stale: [u64; SLOTS] = std::array::from_fn(|i| self.slots[i].low.load(Ordering::Relaxed));
        let others = self.others.load(Ordering::Relaxed);
        if self.process.swap(process, Ordering::AcqRel) != process {
            for (slot, low) in self.slots.iter().zip(stale) {
                let _ = slot.low.compare_exchange(low, FREE, Ordering::Relaxed, Ordering::Relaxed);
            }
            self.count_others(|now| now.checked_sub(others));
        }
    }

    pub(super) fn begins(&self, root: Uuid, callsite: usize) {
        self.forget_those_of_the_original();
        let (high, low) = root.as_u64_pair();
        // comes after all that was written there before
        let is_free = |slot: &&Slot| {
            slot.low.compare_exchange(FREE, BUSY, Ordering::Acquire, Ordering::Relaxed).is_ok()
        };
        match self.slots.iter().find(|slot| is_id(low) && is_free(slot)) {
            Some(slot) => {
                // who reads these sees by then that the slot is another's
                slot.high.store(high, Ordering::Release);
                slot.callsite.store(callsite, Ordering::Release);
                slot.low.store(low, Ordering::Release);
            }
            None => self.count_others(|others| others.checked_add(1)),
        }
    }

    pub(super) fn ends(&self, root: Uuid) {
        let (_, low) = root.as_u64_pair();
        let is_it =
            |slot: &Slot| slot.low.compare_exchange(low, FREE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !(is_id(low) && self.slots.iter().any(is_it)) {
            self.count_others(|others| others.checked_sub(1));
        }
    }

    pub(super) fn is_any(&self) -> bool {
        self.forget_those_of_the_original();
        let is_open = |slot: &Slot| slot.low.load(Ordering::Relaxed) != FREE;
        self.others.load(Ordering::Relaxed) > 0 || self.slots.iter().any(is_open)
    }

    pub(super) fn only_one(&self) -> Option<(Uuid, usize)> {
        self.forget_those_of_the_original();
        let mut open = self.slots.iter().filter(|slot| slot.low.load(Ordering::Relaxed) != FREE);
        let (slot, None) = (open.next()?, open.next()) else { return None };
        let low = slot.low.load(Ordering::Acquire);
        let high = slot.high.load(Ordering::Acquire);
        let callsite = slot.callsite.load(Ordering::Acquire);
        // another trace may have taken the slot meanwhile, and these may be parts of two
        let is_one = is_id(low) && slot.low.load(Ordering::Relaxed) == low;
        let is_only = is_one && self.others.load(Ordering::Relaxed) == 0;
        is_only.then(|| (Uuid::from_u64_pair(high, low), callsite))
    }

    fn count_others(&self, count: impl Fn(usize) -> Option<usize>) {
        let _ = self.others.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
    }
}

/// Whether this is the lower half of an id, and no mark. Ids that a program makes up may have any half.
fn is_id(low: u64) -> bool {
    low > BUSY
}
