//! Which runs a reader asks for, and finding them: one engine below both versions of the API and the command line.
//!
//! In: a [`RunQuery`], with filters in LangSmith's language. Out: a [`RunPage`]. Never: a value of a user inside the text
//! of a statement, JSON of a response.

mod all_threads;
mod changes;
mod conditions;
mod cursor;
mod feedback_stats;
mod filter;
mod page;
mod percentiles;
mod query_error;
mod run_query;
mod stats;
mod summaries;
mod threads;
mod traces;
mod turns;

pub use all_threads::AllThreads;
pub use feedback_stats::FeedbackStats;
pub use filter::FilterError;
#[cfg(fuzzing)]
pub(crate) use filter::read_and_print;
pub(crate) use page::PageStart;
pub use query_error::QueryError;
pub use run_query::{Order, RunPage, RunQuery};
pub use stats::RunStats;
pub use summaries::TraceCounts;
pub use threads::{ThreadPage, ThreadQuery, ThreadSummary};
pub use traces::TraceTotals;
pub use turns::{ThreadTurn, TurnPage};
