//! Room: what must stay free for the ends of open runs, so that starts do not take it.

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

    /// How much starts leave free: what the ends of open runs will take, and that of one more; a sixteenth of the queue at
    /// least, and half at most. Runs that never end must not fill it in time.
    pub(super) fn reserved(&self, max_bytes: usize) -> usize {
        (self.count + 1).saturating_mul(END + self.end).clamp(max_bytes / 16, max_bytes / 2)
    }
}
