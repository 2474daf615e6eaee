//! LangSmith's filter language: from text to a condition in SQL.
//!
//! In: what a user wrote. Out: a condition, or an error with the column of the mistake. Never: a value of the user
//! inside the text of a statement.
//!
//! Text becomes tokens (`lexer.rs`), these an expression (`parser.rs`, `syntax.rs`) over known attributes
//! (`attribute.rs`), and that SQL (`compile.rs`, `pairs.rs`).

mod attribute;
mod compile;
mod error;
mod lexer;
mod pairs;
mod parser;
mod print;
mod sql;
mod syntax;
mod words;

pub use error::FilterError;

pub(crate) use compile::{children_of, condition, drivers, full_text, full_text_rows, rows_of_children};
pub(crate) use parser::parse;
pub(crate) use sql::Sql;
pub(crate) use words::match_expression;
