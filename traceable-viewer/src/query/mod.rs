//! Which runs a reader asks for, and finding them: one engine below both versions of the API and the command line.
//!
//! In: a [`RunQuery`], with filters in LangSmith's language. Out: a [`RunPage`]. Never: a value of a user inside the text
//! of a statement, JSON of a response.

mod changes;
mod run_query;

pub use run_query::{Order, RunPage, RunQuery};
