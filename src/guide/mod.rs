//! Longer reading: [`nesting`], what to do when a run is not where it belongs; [`lints`], what finds such places before
//! the program runs; [`compared`], which patterns need a step and which do not, beside other libraries; [`forms`], which
//! functions an attribute can stand on; `generators`, functions that give many values.

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
