//! Counts what becomes of every operation, and warns about it.
//!
//! In: events of the other folders. Out: [`Stats`], [`FlushReport`], one line per warning. Never waits, and never looks
//! into a run.

mod drop_reason;
mod flush_report;
mod meter;
mod stats;
mod warnings;

pub use drop_reason::{DropReason, Dropped};
pub use flush_report::FlushReport;
pub(crate) use meter::Meter;
pub use stats::Stats;
pub(crate) use warnings::{OnWarning, Subject, Warner, process_wide};
