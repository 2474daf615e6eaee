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

/// Asserts that no run of the process began a trace of its own against its will.
///
/// For the end of a test that has the process for itself, or of a program's own check: what was lost in other tests
/// counts too. A call that is meant to begin traces says so, by `#[traceable(root)]` or `detached(|| ..)`.
///
/// # Panics
///
/// With the list of the functions that did, where they were called, and what to write instead.
///
/// ```
/// traceable_core::testing::assert_no_splits();
/// ```
#[track_caller]
pub fn assert_no_splits() {
    let splits = diagnostics().splits;
    let list: String = splits.iter().map(|split| format!("\n{split}")).collect();
    assert!(splits.is_empty(), "runs began traces of their own against their will:{list}");
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
