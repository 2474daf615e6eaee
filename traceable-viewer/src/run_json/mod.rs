//! Runs, projects and feedback as JSON, in the form of LangSmith's API.
//!
//! In: what the store returns. Out: what serialises to JSON; stored JSON goes in as it is, so that no digit of a number
//! changes. Never: reads of the store, HTTP.

mod ancestors;
mod conversation;
mod feedback;
pub(crate) mod links;
mod parts;
mod project;
mod raw;
mod select;
mod session;
mod stats;
mod threads;
mod v1;
mod v2;

pub(crate) use conversation::Conversation;
pub(crate) use feedback::{Document as FeedbackDocument, feedback, merged as merged_feedback};
pub(crate) use parts::{feedback_stats, seconds, time_or_null};
pub(crate) use project::{matches_metadata, project};
pub(crate) use select::Select;
pub(crate) use session::session;
pub(crate) use stats::run_stats;
pub(crate) use threads::{thread_aggregate, thread_stats, thread_turn};
pub(crate) use v1::{FileUrl, RunJson};
pub(crate) use v2::{Links, Projection, RunSelect};
