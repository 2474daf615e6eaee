//! Counts what becomes of every operation, and warns about it.
//!
//! In: events of the other folders. Out: [`Stats`], [`FlushReport`], one line per warning. Never waits, and never looks
//! into a run.

mod counters;
mod drop_reason;
mod flush_report;
mod stats;
mod warnings;

pub(crate) use counters::Counters;
pub use drop_reason::{DropReason, Dropped};
pub use flush_report::FlushReport;
pub use stats::Stats;
pub(crate) use warnings::{OnWarning, Warner, WarningKind, process_wide};
