//! `KeepOpen`: runs that outlast their function.

use std::sync::Arc;

use super::lifecycle;
use super::node::Run;
use super::run_tree::RunTree;

/// Holds a run open until it is dropped, see [`RunTree::keep_open`].
#[must_use = "dropping it at once holds nothing open"]
pub struct KeepOpen(Option<Arc<Run>>);

impl RunTree {
    /// Holds the run open after its function has returned: for a function that returns a struct with a stream in it,
    /// whose run should last as long as the stream. Put the value into that struct. The outputs are those of the
    /// function; the end is when the last such value is dropped.
    ///
    /// ```
    /// use traceable_core::{RunTree, KeepOpen};
    /// struct Reply { words: std::vec::IntoIter<String>, run: KeepOpen }
    /// fn reply(run: &RunTree) -> Reply {
    ///     Reply { words: vec!["yes".to_owned()].into_iter(), run: run.keep_open() }
    /// }
    /// # let _ = reply(&RunTree::inactive()).words.next();
    /// ```
    pub fn keep_open(&self) -> KeepOpen {
        let run = self.context().and_then(|context| context.run());
        if let Some(run) = &run {
            run.state().extra().holds += 1;
        }
        KeepOpen(run)
    }
}

impl Drop for KeepOpen {
    fn drop(&mut self) {
        let Some(run) = self.0.take() else { return };
        let waiting = {
            let mut state = run.state();
            let extra = state.extra();
            extra.holds = extra.holds.saturating_sub(1);
            if extra.holds == 0 { extra.waiting.take() } else { None }
        };
        if let Some((outputs, error)) = waiting {
            lifecycle::end(&run, outputs, error, &|_| ());
        }
    }
}
