//! A run as JSON, in the form of LangSmith's API.
//!
//! In: a run as stored. Out: what serialises to JSON; stored JSON goes in as it is, so that no digit of a number changes.
//! Never: reads of the store, HTTP.

mod conversation;
pub(crate) mod links;
mod parts;
mod select;
mod session;
mod stats;
mod threads;
mod v2;

pub(crate) use conversation::Conversation;
pub(crate) use parts::{feedback_stats, seconds, time_or_null};
pub(crate) use select::Select;
pub(crate) use session::session;
pub(crate) use stats::run_stats;
pub(crate) use threads::{thread_aggregate, thread_stats, thread_turn};
pub(crate) use v2::{Projection, RunSelect, Surroundings};
