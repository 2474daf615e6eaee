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

/// Asserts that the process has no broken traces; see [`BrokenTrace`](crate::diagnostics::BrokenTrace) for what counts.
///
/// For the end of a test that has the process for itself, or of a program's own check: other tests of the process count
/// too. For the runs of one recorder there is [`Recorder::assert_no_broken_traces`]. A call that is meant to begin traces
/// says so, by `#[traceable(root)]` or `detached(|| ..)`.
///
/// What `main` or the thread of a test calls itself is taken to be meant; threads that a test starts are not exempt. The
/// thread of a test is recognised by its name, a function's path, and by the test harness on its stack. The stack is read
/// once a thread, and only in the binaries that cargo builds for tests.
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
