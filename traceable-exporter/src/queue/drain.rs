//! Taking operations out, for a batch; and freeing them when they are delivered.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use traceable_core::RunOperation;

use super::Queue;
use super::entry::BatchItem;
use super::state::State;

/// How many entries are taken while the lock is held.
const AT_ONCE: usize = 128;

/// How large a batch may be, and how long it may wait.
#[derive(Clone, Copy)]
pub(crate) struct BatchLimits {
    /// The maximum of runs. So many are worth a request.
    pub(crate) runs: usize,
    /// The maximum of bytes, but for a single run. So many are worth a request.
    pub(crate) bytes: usize,
    /// How long the oldest run waits for others.
    pub(crate) delay: Duration,
}

/// What was taken for a batch.
pub(crate) struct Taken {
    pub(crate) items: Vec<BatchItem>,
    /// Tickets below this one are in batches.
    pub(crate) batched: u64,
    /// Whether another batch is due.
    pub(crate) has_more: bool,
}

impl State {
    /// Whether enough waits for a request.
    fn is_enough(&self, limits: BatchLimits) -> bool {
        self.waiting.len() >= limits.runs || self.waiting.bytes() >= limits.bytes
    }

    /// When the oldest of those that wait have waited long enough. `None`: never.
    fn deadline(&mut self, delay: Duration) -> Option<Instant> {
        let (oldest, accepted) = (self.batched(), self.accepted);
        let seen = self.seen.filter(|(ticket, _)| oldest < *ticket);
        let (_, at) = *self.seen.insert(seen.unwrap_or_else(|| (accepted, Instant::now())));
        at.checked_add(delay)
    }
}

impl Queue {
    /// Waits until something waits. `false`: nothing is left and nothing will come.
    pub(crate) fn wait_for_work(&self) -> bool {
        let mut state = self.lock();
        if !state.is_behind() && !state.to_free.is_empty() {
            // there is time, and the producers may not submit again
            let to_free = std::mem::take(&mut state.to_free);
            drop(state);
            drop(to_free);
            state = self.lock();
        }
        loop {
            if state.abandoned {
                return false;
            }
            if state.waiting.len() > 0 {
                return true;
            }
            if state.closed {
                state.is_over = true;
                return false;
            }
            state.wake_at = Some((1, usize::MAX));
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.wake_at = None;
        }
    }

    /// Waits until a batch is due: enough waits, or its time is up, or a flush waits. Takes it, the oldest runs first, but
    /// at least one. `None`: the exporter is abandoned. Only one thread at a time may call it.
    pub(crate) fn take_batch(&self, limits: BatchLimits) -> Option<Taken> {
        let mut state = self.lock();
        loop {
            if state.abandoned {
                return None;
            }
            let hurry = state.closed || state.wanted > state.batched();
            if hurry || state.is_enough(limits) {
                break;
            }
            let deadline = state.deadline(limits.delay);
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                break;
            }
            state.wake_at = Some((limits.runs, limits.bytes));
            state = match left {
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(left) => self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
            };
            state.wake_at = None;
        }
        let mut items = Vec::with_capacity(limits.runs.min(state.waiting.len()));
        let mut bytes = 0;
        loop {
            let full = items.len() + AT_ONCE;
            while items.len() < limits.runs.min(full)
                && let Some(oldest) = state.waiting.oldest()
                && (items.is_empty() || bytes + oldest.bytes <= limits.bytes)
            {
                bytes += oldest.bytes;
                // not before: a later operation may have brought what an earlier one lacked
                state.trimmed += u64::from(!oldest.left_out.is_nothing());
                items.extend(state.waiting.take());
            }
            if items.len() < full {
                break;
            }
            drop(state);
            state = self.lock();
        }
        let (batched, has_more) = (state.batched(), state.is_enough(limits));
        Some(Taken { items, batched, has_more })
    }

    /// Frees what was delivered. Freeing takes a tenth of a worker's time, and more where other threads have allocated the
    /// memory. When workers cannot keep up, each producer frees one operation for each that it submits, and so gets memory
    /// back that it needs for the next.
    pub(crate) fn discard(&self, items: Vec<BatchItem>) {
        let mut state = self.lock();
        if !state.should_share_freeing(self.max_bytes) {
            drop(state);
            return drop(items);
        }
        let left = items.into_iter().filter_map(|item| state.defer_free(item.operation, item.bytes));
        let left: Vec<RunOperation> = left.collect();
        drop(state);
        drop(left);
    }
}
