//! Functions to be linted, with and without the attribute.

#![warn(missing_docs, unreachable_pub, unused, clippy::pedantic, clippy::nursery)]
// denied ones would stop at the first
#![warn(clippy::correctness)]
#![warn(unsafe_op_in_unsafe_fn, let_underscore_drop, unit_bindings, unused_lifetimes, unused_qualifications)]

#[cfg(feature = "functions")]
pub mod explicit;
#[cfg(feature = "functions")]
pub mod forms;
#[cfg(feature = "functions")]
pub mod offences;
