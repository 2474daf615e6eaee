//! Checks that a crate keeps the order of layers that its `lib.rs` declares.
//!
//! The order is a plain comment above the `mod` lines of `lib.rs`:
//!
//! ```text
//! // Layers, from the top down. Each uses only those below it.
//! //
//! //   exporter/    what a program holds
//! //   vars.rs      environment variables
//! ```
//!
//! [`check()`] reads the crate and reports what breaks the order, which files import each other, and files that are not
//! where the layout wants them. Only paths count: a method that is called on a value of another file is not seen, nor
//! is a path that a macro makes. Test code, loom models and fuzzing entries do not count.

mod check;
mod resolve;
mod source;

pub use check::{Report, check};
