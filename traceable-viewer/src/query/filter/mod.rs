//! LangSmith's filter language: from text to a condition in SQL.
//!
//! In: what a user wrote. Out: a condition, or an error with the column of the mistake. Never: a value of the user
//! inside the text of a statement.
//!
//! Text becomes tokens (`lexer.rs`), these an expression (`parser.rs`, `syntax.rs`) over known attributes
//! (`attribute.rs`), and that SQL: conditions (`compile.rs`), of comparisons (`compare.rs`) and pairs (`pairs.rs`), and the
//! shortest ways to the runs (`drivers.rs`).

mod attribute;
mod columns;
mod compare;
mod compile;
mod drivers;
mod error;
mod full_text;
mod lexer;
mod literal;
mod members;
mod pairs;
mod parser;
mod print;
mod sql;
mod syntax;
#[cfg(test)]
mod tests;
mod words;

pub use error::FilterError;

pub(crate) use compare::children_of;
pub(crate) use compile::condition;
pub(crate) use drivers::{drivers, rows_of_children};
pub(crate) use full_text::{full_text, full_text_rows};
pub(crate) use parser::parse;
pub(crate) use sql::Sql;
pub(crate) use words::{has_too_many_words, match_expression};

/// Reads a filter; what it is printed as has to be the same filter.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_and_print(text: &str) {
    if let Ok(filter) = parse(text) {
        // JSON writes `\u0000` for one letter, and the length of filters is bounded
        let printed = filter.to_string();
        match parse(&printed) {
            Ok(again) => assert_eq!(again, filter, "{printed}"),
            Err(error) => assert!(printed.len() > 16 << 10, "{printed}: {error}"),
        }
    }
}
