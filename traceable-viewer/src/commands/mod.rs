//! The commands of the binary `traceable`, one file each: its arguments, and what it prints.
//!
//! In: parsed arguments. Out: text on stdout, progress on stderr; an error goes to `main`, which prints it with its
//! causes. Never: SQL, HTTP handlers; commands call the library.

#[cfg(feature = "replay")]
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod tree;
