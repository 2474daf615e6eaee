//! A statement's text and its values, which are never part of the text.

use rusqlite::types::Value;

/// Conditions that are joined without parentheses.
const MAX_CHAIN: usize = 4;

/// A piece of SQL with a `?` for each of its values.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sql {
    pub(crate) text: String,
    pub(crate) values: Vec<Value>,
}

impl Sql {
    /// Text without values.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Sql { text: text.into(), values: Vec::new() }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text += text;
        self
    }

    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.text.push('?');
        self.values.push(value.into());
        self
    }

    pub(crate) fn append(&mut self, other: Sql) -> &mut Self {
        self.text += &other.text;
        self.values.extend(other.values);
        self
    }

    /// Conditions with `AND` or `OR` between them; `none` when there is none.
    ///
    /// Many are joined by halves. A chain is as deep as it is long, and SQLite refuses what is a thousand deep.
    pub(crate) fn join(pieces: impl IntoIterator<Item = Sql>, between: &str, none: &str) -> Sql {
        let mut pieces: Vec<Sql> = pieces.into_iter().filter(|piece| !piece.text.is_empty()).collect();
        if pieces.len() > MAX_CHAIN {
            let second = pieces.split_off(pieces.len() / 2);
            let mut all = Sql::text("(");
            all.append(Sql::join(pieces, between, none)).push(")").push(between).push("(");
            all.append(Sql::join(second, between, none)).push(")");
            return all;
        }
        Sql::chain(pieces, between, none)
    }

    fn chain(pieces: impl IntoIterator<Item = Sql>, between: &str, none: &str) -> Sql {
        let mut all = Sql::default();
        for piece in pieces {
            if !all.text.is_empty() {
                all.push(between);
            }
            all.append(piece);
        }
        if all.text.is_empty() { Sql::text(none) } else { all }
    }

    /// `?, ?, ?` of several values.
    pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> Sql {
        let one = |value| Sql { text: "?".to_owned(), values: vec![value] };
        Sql::chain(values.into_iter().map(one), ", ", "")
    }
}
