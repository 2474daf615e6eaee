//! LangSmith's filter language: from text to a condition in SQL.
//!
//! In: what a user wrote. Out: a condition, or an error with the column of the mistake. Never: a value of the user
//! inside the text of a statement.
//!
//! Text becomes tokens (`lexer.rs`), these an expression (`parser.rs`, `syntax.rs`) over known attributes
//! (`attribute.rs`), and that SQL (`compile.rs`, `pairs.rs`; `drivers.rs` for the indexes).

mod attribute;
mod compile;
mod drivers;
mod error;
mod lexer;
mod literal;
mod pairs;
mod parser;
mod print;
mod sql;
mod syntax;
mod words;

pub use error::FilterError;

pub(crate) use compile::{children_of, condition, full_text, full_text_rows};
pub(crate) use drivers::{drivers, rows_of_children};
pub(crate) use parser::parse;
pub(crate) use sql::Sql;
pub(crate) use words::match_expression;
