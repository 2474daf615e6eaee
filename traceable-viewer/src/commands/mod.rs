//! The commands of the binary `traceable`, one file each: its arguments, and what it prints.
//!
//! In: parsed arguments. Out: data on stdout, talk on stderr, an exit code; an error goes to `main`, which prints it with
//! its causes. Never: SQL, HTTP handlers; commands call the library.

mod child;
mod collector;
pub(crate) mod completions;
mod database;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
mod files;
pub(crate) mod import;
mod listing;
pub(crate) mod ls;
mod moment;
mod output;
#[cfg(feature = "parquet")]
mod parquet_file;
pub(crate) mod prune;
#[cfg(feature = "replay")]
pub(crate) mod replay;
pub(crate) mod run;
mod selection;
pub(crate) mod serve;
pub(crate) mod show;
mod size;
pub(crate) mod sql;
pub(crate) mod tail;
pub(crate) mod tree;

pub(crate) use output::ReaderGone;
