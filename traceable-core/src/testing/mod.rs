//! Recording runs in memory, for tests of instrumented programs.
//!
//! ```
//! use traceable_core::testing::Recorder;
//! use traceable_core::{assert_tree, trace};
//!
//! let recorder = Recorder::new();
//! recorder.scoped(|| {
//!     trace("answer").scope(|_| {
//!         trace("retrieve").scope(|_| ());
//!         trace("generate").scope(|_| ());
//!     });
//! });
//! assert_tree!(recorder.forest(), "answer > (retrieve, generate)");
//! ```

use crate::diagnostics::diagnostics;

mod forest;
mod recorded_run;
mod recorder;

pub use forest::Forest;
pub use recorded_run::{RecordedRun, Status};
pub use recorder::Recorder;

/// Asserts that no function or block of the process that is a child in one place began a trace of its own in another,
/// against its will; see [`BrokenTrace`](crate::diagnostics::BrokenTrace) for what counts.
///
/// For the end of a test that has the process for itself, or of a program's own check: what was lost in other tests
/// counts too. For the runs of one recorder there is [`Recorder::assert_no_broken_traces`]. A call that is meant to begin traces
/// says so, by `#[traceable(root)]` or `detached(|| ..)`.
///
/// What the thread of a test calls itself is taken to be meant, as what `main` calls is. Such a thread is known by its
/// name, a function's path, and by the test harness below it on the stack; threads that a test starts are not exempt. The
/// stack is looked at in the programs that cargo makes of tests, once a thread.
///
/// # Panics
///
/// With the list of the functions that did, where they were called, and what to write instead.
///
/// ```
/// traceable_core::testing::assert_no_broken_traces();
/// ```
#[track_caller]
pub fn assert_no_broken_traces() {
    let broken_traces = diagnostics().broken_traces;
    let list: String = broken_traces.iter().map(|broken| format!("\n{broken}")).collect();
    assert!(broken_traces.is_empty(), "runs began traces of their own against their will:{list}");
}

/// Asserts that a [`Forest`] has this shape; see [`Forest::render`] for how it is written. White space does not
/// count.
#[macro_export]
macro_rules! assert_tree {
    ($forest:expr, $expected:expr $(,)?) => {
        if let ::core::result::Result::Err(difference) = $crate::testing::Forest::compare(&$forest, $expected)
        {
            ::core::panic!("{difference}");
        }
    };
}
