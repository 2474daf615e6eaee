//! Longer reading: [`nesting`], what to do when a run is not where it belongs.

#[doc = include_str!("nesting.md")]
pub mod nesting {}
