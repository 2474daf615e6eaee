//! Longer reading.
//!
//! - [`nesting`]: what to do when a run is not under its right parent.
//! - [`recording`]: what is recorded of a call, and which code of yours that runs.
//! - [`lints`]: finding lost contexts before the program runs.
//! - `generators`: functions that return streams and iterators.
//! - [`forms`]: which functions the attribute accepts, also beside attributes of other libraries.
//! - [`compared`]: which patterns of concurrency need a step, beside other libraries.

#[doc = include_str!("compared.md")]
pub mod compared {}

#[doc = include_str!("forms.md")]
pub mod forms {}

#[cfg(feature = "stream")]
#[doc = include_str!("generators.md")]
pub mod generators {}

#[doc = concat!(include_str!("lints.md"), include_str!("../../clippy/traceable.toml"), "```")]
///
/// There is nothing of this crate for `await-holding-invalid-types`: its scopes take closures, and no guard is handed out
/// that could be held across an `.await`.
pub mod lints {}

#[doc = include_str!("nesting.md")]
pub mod nesting {}

#[doc = include_str!("recording.md")]
pub mod recording {}
