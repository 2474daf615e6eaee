//! Taking operations in: what is accepted, what is trimmed, and what is dropped because the queue is full.
//!
//! A start that does not fit is dropped, and all that follows of its run. Of a run whose start was accepted everything is
//! accepted, without its larger parts if there is no room: no run seems to run for ever. What that takes is bounded by
//! the number of open runs, which the program itself holds, because a run has one entry among those that wait.

use traceable_core::{OperationKind, RunOperation};

use super::Queue;
use super::entry::{BatchItem, ENTRY};
use super::merge::replaced;
use super::state::State;
use super::trim::{Removed, trim};
use crate::accounting::DropReason;
use crate::wire::LeftOut;

/// What the caller of [`Queue::submit`] still has to do.
#[derive(Default)]
pub(crate) struct Submitted {
    /// Start the exporter's thread.
    pub(crate) start_worker: bool,
    /// The operation was dropped for this reason.
    pub(crate) refused: Option<DropReason>,
    /// It was accepted without some of its parts.
    pub(crate) is_trimmed: bool,
}

/// What is left of an operation when it is in, to be freed without the lock.
type LeftOver = (Option<RunOperation>, Option<Removed>);

impl Queue {
    /// Takes an operation, or drops it if the queue is full. Waits for nothing but the lock. `promised`: what
    /// [`throttle`](Self::throttle) returned.
    pub(crate) fn submit(&self, operation: RunOperation, promised: usize) -> Submitted {
        let (id, size, content) = (operation.id(), operation.size() + ENTRY, operation.content_size());
        let is_post = operation.kind == OperationKind::Post;
        let mut submitted = Submitted::default();

        let mut state = self.lock();
        let inherited = state.reset_after_fork();
        state.submitted += 1;
        state.promised = state.promised.saturating_sub(promised);
        let place = state.waiting.place_of(id);
        let is_start = is_post && place.is_none();
        let lacks_start = !is_post && self.dropped_starts.contains(&state.dropped_starts, &operation);
        let is_full = is_start && !state.has_room_for_start(size, self.max_bytes);
        submitted.refused = if !state.is_open_for(is_start) || lacks_start && state.closed {
            Some(DropReason::Shutdown)
        } else {
            (is_full || lacks_start).then_some(DropReason::QueueFull)
        };
        if let Some(reason) = submitted.refused {
            if is_start {
                self.dropped_starts.remember(&mut state.dropped_starts, &operation);
            }
            state.dropped.add(reason, 1);
            drop(state);
            return submitted;
        }
        state.note_open_run(is_post, operation.end_time.is_some(), content);
        let (left_over, left_out) = state.take_in(operation, size, place, is_start, self.max_bytes);
        submitted.is_trimmed = !left_out.is_nothing();
        self.note_level(&mut state);
        let to_free = state.to_free.pop();
        let wake = state.should_wake();
        submitted.start_worker = !std::mem::replace(&mut state.has_worker, true);
        drop(state);
        if wake {
            self.work.notify_one();
        }
        drop((inherited, left_over, to_free));
        submitted
    }
}

impl State {
    /// Whether operations are taken at all. While a shutdown waits, the ends of open runs still are.
    fn is_open_for(&self, is_start: bool) -> bool {
        !(self.abandoned || self.is_over || self.closed && is_start)
    }

    fn note_open_run(&mut self, is_post: bool, is_end: bool, content: usize) {
        match (is_post, is_end) {
            (true, false) => self.open_runs.begin(),
            (false, true) => self.open_runs.end(content),
            _ => {}
        }
    }

    /// Puts an operation into the entry of its run, or makes one for it. Trims it if it is no start and does not fit.
    fn take_in(
        &mut self,
        mut operation: RunOperation,
        mut size: usize,
        place: Option<u64>,
        is_start: bool,
        max_bytes: usize,
    ) -> (LeftOver, LeftOut) {
        let content = operation.content_size();
        let waits = place.and_then(|place| self.waiting.get(place));
        // merged, it takes its content, without what that replaces
        let (rest, replaced) = match waits {
            Some(item) => (0, replaced(&item.operation, &operation)),
            None => (size - content, 0),
        };
        let (mut left_out, mut removed) = (LeftOut::default(), None);
        if !is_start && !self.has_room(rest + content, max_bytes.saturating_add(replaced)) {
            let (bytes, max) = (self.bytes.saturating_sub(replaced), max_bytes.saturating_sub(rest));
            let (parts, all) = trim(&mut operation, |content| bytes.saturating_add(content) <= max);
            (left_out, removed) = (parts, Some(all));
            size = operation.size() + ENTRY;
        }
        self.accepted += 1;
        self.pending += 1;
        let before = self.waiting.bytes();
        let merged = match place {
            Some(place) => self.waiting.change(place, |item| item.merge(operation, left_out)),
            None => {
                let (id, sequence) = (operation.id(), self.accepted - 1);
                self.waiting
                    .push(id, BatchItem { operation, left_out, sequence, operations: 1, bytes: size });
                None
            }
        };
        self.bytes = self.bytes - before + self.waiting.bytes();
        ((merged, removed), left_out)
    }
}
