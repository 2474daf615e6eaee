//! A statement's text and its values, which are never part of the text.

use rusqlite::types::Value;

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

    /// Pieces with a text between them; `none` when there is none.
    pub(crate) fn join(pieces: impl IntoIterator<Item = Sql>, between: &str, none: &str) -> Sql {
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
        Sql::join(values.into_iter().map(one), ", ", "")
    }
}
