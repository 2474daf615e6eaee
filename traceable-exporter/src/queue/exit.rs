//! What the end of the process asks the queue.

use std::time::Duration;

use traceable_core::process::this_process;

use super::Queue;
use crate::sync::lock_if_free;

/// A flush that ended longer ago has nothing to do with the end of the process.
const JUST_NOW: Duration = Duration::from_secs(1);

impl Queue {
    /// How much of the `whole` time for the end of the process there is to wait. `None`: nothing waits, or waiting is
    /// no use. A program that has flushed in vain just now does not wait for as long again.
    pub(crate) fn time_left_at_exit(&self, whole: Duration) -> Option<Duration> {
        let state = lock_if_free(|| self.state.try_lock())?;
        if state.process != this_process() || state.unsettled == 0 || state.is_worker() {
            return None;
        }
        let waited = state.in_vain.filter(|(at, _)| at.elapsed() < JUST_NOW).map(|(_, waited)| waited);
        Some(whole.saturating_sub(waited.unwrap_or_default())).filter(|left| !left.is_zero())
    }
}
