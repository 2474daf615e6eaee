//! Which runs a reader asks for, and finding them: one engine below both versions of the API and the command line.
//!
//! In: a [`RunQuery`], with filters in LangSmith's language. Out: a [`RunPage`]. Never: a value of a user inside the text
//! of a statement, JSON of a response.

mod all_threads;
mod changes;
mod chart;
mod conditions;
mod cursor;
mod feedback_stats;
mod filter;
mod marks;
mod nesting;
mod page;
mod percentiles;
#[cfg(test)]
mod plans;
mod project_rows;
mod query_error;
mod run_query;
mod sorted;
mod stats;
mod summaries;
mod threads;
mod traces;
mod turns;

pub use all_threads::AllThreads;
pub(crate) use chart::ChartQuery;
pub use feedback_stats::FeedbackStats;
pub use filter::FilterError;
#[cfg(fuzzing)]
pub(crate) use filter::read_and_print;
pub(crate) use marks::RunMarks;
pub(crate) use nesting::{LostRun, Scope};
pub(crate) use page::PageStart;
pub(crate) use project_rows::ProjectRow;
pub use query_error::QueryError;
pub use run_query::{Order, RunPage, RunQuery};
pub(crate) use sorted::{Sort, SortKey};
pub use stats::RunStats;
pub use summaries::TraceCounts;
pub use threads::{ThreadPage, ThreadQuery, ThreadSummary};
pub use traces::TraceTotals;
pub use turns::{ThreadTurn, TurnPage};
