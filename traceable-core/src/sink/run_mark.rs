//! Marks on runs, by which a sink recognises them.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::operation::RunOperation;

/// Which marks exist, a bit each.
static IN_USE: AtomicU32 = AtomicU32::new(0);

/// A mark that a sink sets on runs and finds again on later operations of the same runs.
///
/// It lies in the run itself: it takes no memory, is never forgotten, and goes with the run. A sink that drops the start
/// of a run marks the run, and drops its end too.
///
/// ```
/// use std::sync::Arc;
/// use traceable_core::{OperationKind, RunMark, RunOperation, RunSink, RunTree};
///
/// /// Takes nothing of runs whose name begins with an underscore.
/// struct Some(RunMark);
///
/// impl RunSink for Some {
///     fn submit(&self, operation: RunOperation) {
///         if operation.name().starts_with('_') {
///             self.0.set(&operation);
///         }
///         assert_eq!(self.0.is_set(&operation), operation.name() == "_private");
///     }
/// }
///
/// let sink = Arc::new(Some(RunMark::new().expect("fewer than 32 marks")));
/// RunTree::builder("_private").sink(sink.clone()).build().post().end().patch();
/// RunTree::builder("public").sink(sink).build().post().end().patch();
/// ```
pub struct RunMark(u32);

impl RunMark {
    /// Makes a mark. `None`: the process has 32 of them already; it has room for another when one is dropped.
    pub fn new() -> Option<RunMark> {
        let free = |in_use: u32| (in_use != u32::MAX).then(|| in_use | (in_use + 1));
        let before = IN_USE.fetch_update(Relaxed, Relaxed, free).ok()?;
        Some(RunMark(!before & (before + 1)))
    }

    /// Sets it on the operation's run.
    pub fn set(&self, operation: &RunOperation) {
        operation.run.marks().fetch_or(self.0, Relaxed);
    }

    /// Whether it is set on the operation's run.
    pub fn is_set(&self, operation: &RunOperation) -> bool {
        operation.run.marks().load(Relaxed) & self.0 != 0
    }
}

impl Drop for RunMark {
    fn drop(&mut self) {
        IN_USE.fetch_and(!self.0, Relaxed);
    }
}

impl fmt::Debug for RunMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunMark").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_32_at_a_time_and_each_is_another() {
        let marks: Vec<RunMark> = std::iter::from_fn(RunMark::new).collect();
        assert_eq!(marks.len(), 32);
        assert_eq!(marks.iter().fold(0, |all, mark| all ^ mark.0), u32::MAX);
        drop(marks);
        assert!(RunMark::new().is_some());
    }
}
