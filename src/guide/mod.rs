//! Longer reading: [`nesting`], what to do when a run is not where it belongs; [`compared`], which patterns need a step
//! and which do not, beside other libraries.

#[doc = include_str!("compared.md")]
pub mod compared {}

#[doc = include_str!("nesting.md")]
pub mod nesting {}
