//! Warnings. Each is a use of a deprecated item of the runtime: procedural macros on stable can raise no other lint.
//!
//! In: a body as tokens, or the type of a result. Out: tokens that make the compiler warn. Never an error, and never
//! anything that runs with an effect.

pub(crate) mod lazy_output;
pub(crate) mod lost_context;
