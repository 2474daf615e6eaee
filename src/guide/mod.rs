//! Longer reading: [`nesting`], what to do when a run is not where it belongs; [`compared`], which patterns need a step
//! and which do not, beside other libraries; [`forms`], which functions an attribute can stand on; `generators`,
//! functions that give many values.

#[doc = include_str!("compared.md")]
pub mod compared {}

#[doc = include_str!("forms.md")]
pub mod forms {}

#[cfg(feature = "stream")]
#[doc = include_str!("generators.md")]
pub mod generators {}

#[doc = include_str!("nesting.md")]
pub mod nesting {}
