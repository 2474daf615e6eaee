//! Words in the texts of a run.

use crate::query::filter::sql::Sql;
use crate::query::filter::words;

/// Words in the full text.
pub(crate) fn full_text(text: &str, alias: &str) -> Sql {
    let Some(words) = words::match_expression(text) else { return Sql::text("false") };
    let mut sql = Sql::text(format!("{alias}.rid IN ("));
    sql.append(full_text_rows(words)).push(")");
    sql
}

/// The rows whose texts hold words.
pub(crate) fn full_text_rows(words: String) -> Sql {
    let mut sql = Sql::text("SELECT rowid FROM run_text WHERE run_text MATCH ");
    sql.bind(words);
    sql
}
