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

mod forest;
mod recorded_run;
mod recorder;

pub use forest::Forest;
pub use recorded_run::{RecordedRun, Status};
pub use recorder::Recorder;

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
