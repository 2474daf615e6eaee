//! Runs to and from lines of JSON: one run a line, with its files and feedback.
//!
//! In: runs of a store; lines, also those that another tool wrote. Out: lines; changes for the writer. Never: files and
//! their compression, which the command line knows.

mod export;
mod import;

pub use export::export_line;
pub use import::{ImportError, Imported, Importer};
