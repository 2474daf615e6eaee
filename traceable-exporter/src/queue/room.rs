//! Room: what must stay free for the ends of open runs, so that starts do not take it.

use super::state::State;

/// An end takes so much beside its content.
const END: usize = 768;
/// How much one end counts in the average of their sizes: an eighth.
const WEIGHT: usize = 8;

/// Open runs, and how large ends usually are.
#[derive(Default)]
pub(super) struct OpenRuns {
    /// Runs whose start was accepted and whose end was not submitted.
    count: usize,
    /// The size of the content of ends: a moving average.
    end: usize,
}

impl OpenRuns {
    pub(super) fn begin(&mut self) {
        self.count += 1;
    }

    /// `content`: the size of the content of the end, as it was submitted.
    pub(super) fn end(&mut self, content: usize) {
        self.count = self.count.saturating_sub(1);
        self.end = self.end - self.end / WEIGHT + content / WEIGHT;
    }

    /// What their ends will take, and that of one more.
    fn expected_ends(&self) -> usize {
        (self.count + 1).saturating_mul(END + self.end)
    }
}

impl State {
    /// Whether a start may come in. An end is always taken, without its outputs if it must, so starts leave room for the
    /// ends of open runs and for their own: a sixteenth of the queue at least, and half at most. Runs that never end must
    /// not fill it in time.
    pub(super) fn has_room_for_start(&self, size: usize, max_bytes: usize) -> bool {
        let reserved = self.open_runs.expected_ends().clamp(max_bytes / 16, max_bytes / 2);
        self.bytes.saturating_add(size) <= max_bytes - reserved
    }

    /// Whether another operation may come in whole.
    pub(super) fn has_room(&self, size: usize, max_bytes: usize) -> bool {
        self.bytes.saturating_add(size) <= max_bytes
    }
}
