//! Warnings of our own, each a `deprecated` item of the runtime that the expansion names.
//!
//! In: a body as tokens, or the type of a result. Out: tokens that warn, and do nothing else. Never an error, and never
//! what the program does: stable procedural macros cannot raise another lint.

pub(crate) mod lazy_output;
pub(crate) mod lost_context;
