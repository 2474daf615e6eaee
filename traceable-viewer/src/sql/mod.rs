//! Queries in SQL by whoever asks: views with readable ids, times and payloads over the tables.
//!
//! In: the text of statements. Out: rows. Never: a change of the file, whatever the text says; use by a server, for a
//! statement may take as long as it likes.

mod authorizer;
mod functions;
mod reader;
mod value;
mod views;

pub use reader::{SqlError, SqlReader};
pub use value::SqlValue;
