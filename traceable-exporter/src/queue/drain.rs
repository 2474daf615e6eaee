//! Taking operations out, for a batch; and freeing them when they are delivered.

use std::sync::PoisonError;
use std::time::Instant;

use traceable_core::RunOperation;

use super::Queue;
use super::backlog::BatchItem;
use super::state::Chunk;

/// How many emptied chunks are kept for reuse.
const SPARE: usize = 32;

/// When a batch is due: at `want` operations (those taken before included), at `enough_bytes`, at the `deadline`, or
/// when a flush waits.
pub(crate) struct DrainRequest {
    /// Operations that were taken before and are in no batch yet.
    pub(crate) have: usize,
    pub(crate) want: usize,
    pub(crate) enough_bytes: usize,
    /// Of those that were taken before.
    pub(crate) deadline: Option<Instant>,
    /// Tickets below this one are in batches.
    pub(crate) batched: u64,
    /// About how many more can be taken.
    pub(crate) room: usize,
}

/// What the worker is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    /// Look at what was taken: there is more, or the time is up, or a flush waits.
    Send,
    /// Nothing is left and nothing will come.
    Stop,
}

impl Queue {
    /// Takes what waits, when it is worth a request. Returns the ticket of the first operation taken too.
    pub(crate) fn drain(&self, request: DrainRequest, taken: &mut Vec<Chunk>) -> (Drained, u64) {
        let DrainRequest { have, want, enough_bytes, deadline, batched, room } = request;
        let mut state = self.lock();
        if !state.is_behind() && !state.to_free.is_empty() {
            // there is time, and the producers may not submit again
            let to_free = std::mem::take(&mut state.to_free);
            drop(state);
            drop(to_free);
            state = self.lock();
        }
        let mut drained = Drained::Send;
        loop {
            if state.abandoned {
                drained = Drained::Stop;
                break;
            }
            let idle = have == 0 && state.len == 0;
            if idle && state.closed {
                drained = Drained::Stop;
                break;
            }
            let hurry = state.closed || state.wanted > batched;
            let enough = have + state.len >= want || state.waiting_bytes >= enough_bytes;
            if !idle && (have == 0 || hurry || enough) {
                break;
            }
            let missing = if have == 0 { 1 } else { want - have };
            state.wake_at = Some((missing, enough_bytes));
            state = match deadline.filter(|_| have > 0) {
                None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        state.wake_at = None;
        let first = state.take(room, taken);
        (drained, first)
    }

    /// Gives emptied chunks back.
    pub(crate) fn recycle(&self, chunks: &mut Vec<Chunk>) {
        chunks.truncate(SPARE);
        let mut state = self.lock();
        while state.spare.len() < SPARE
            && let Some(mut chunk) = chunks.pop()
        {
            chunk.bytes = 0;
            state.spare.push(chunk);
        }
        drop(state);
        chunks.clear();
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

    /// Whether a flush waits for operations that are in no batch yet (tickets from `batched` on), and all of these were
    /// taken (tickets below `seen`). Before that, the ends of runs whose starts were taken may still be in the queue.
    pub(crate) fn is_flush_wanted(&self, batched: u64, seen: u64) -> bool {
        let state = self.lock();
        let wanted = if state.closed { state.accepted } else { state.wanted };
        wanted > batched && wanted <= seen
    }
}
