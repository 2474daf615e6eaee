//! Pauses between two tries, which a flush cuts short and a shutdown ends.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::Queue;

/// The shortest pause that a flush can force: a program that flushes in a loop must not hammer a server that is down.
/// (In the models no time passes.)
const SHORTEST_PAUSE: Duration = Duration::from_millis(if cfg!(all(test, traceable_loom)) { 0 } else { 100 });
/// No pause is longer while a flush waits, which may have a few seconds only.
const PAUSE_IN_FLUSH: Duration = Duration::from_secs(1);

/// How a pause ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    Over,
    /// The shutdown's deadline has passed.
    Abandoned,
}

impl Queue {
    /// Pauses a worker between two tries. A flush that begins meanwhile cuts the pause short, and pauses are short while
    /// one waits, unless the server asked for this pause. A shutdown ends every pause at its deadline.
    pub(crate) fn pause(&self, duration: Duration, asked_by_server: bool) -> Pause {
        let begun = Instant::now();
        let mut state = self.lock();
        state.failed_at = Some(begun);
        state.backpressure.failed();
        loop {
            if state.abandoned {
                return Pause::Abandoned;
            }
            let longest = match (asked_by_server, state.cut_pause_short, state.flushing) {
                (true, ..) | (_, false, 0) => duration,
                (_, true, _) => SHORTEST_PAUSE,
                (_, false, _) => PAUSE_IN_FLUSH,
            };
            let left = duration.min(longest).saturating_sub(begun.elapsed());
            if left.is_zero() {
                state.cut_pause_short = false;
                return Pause::Over;
            }
            state = self.unpause.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Pauses a worker, whatever happens meanwhile, unless the exporter is abandoned.
    pub(crate) fn pause_despite_flush(&self, duration: Duration) -> Pause {
        let until = Instant::now() + duration;
        let mut state = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match state.abandoned {
                true => return Pause::Abandoned,
                false if left.is_zero() => return Pause::Over,
                false => {}
            }
            state = self.unpause.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
