//! The pair rule: inside one `and(..)`, `x_key` and `x_value` speak of the same pair.
//!
//! | Keys | Values | Matches runs that |
//! |---|---|---|
//! | `eq k` | any | have a pair of that key whose value is as told |
//! | `neq k` | none | lack k |
//! | `neq k` | `eq v` | lack k, but have v under another key |
//! | `neq k` | `neq v` | have neither |
//! | none | `eq v` | have v under any key |
//! | none | `neq v` | have v under no key |

use rusqlite::types::Value;

use crate::extract;
use crate::query::filter::attribute::{Family, Object, Part};
use crate::query::filter::columns::json_at;
use crate::query::filter::sql::Sql;
use crate::query::filter::syntax::{Operand, Operator};

/// What is said about one part of a pair.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Compare(Operator, Operand),
    In(Vec<Operand>),
    /// A part of the text.
    Search(String),
}

/// All that one `and(..)` says about pairs of a family.
#[derive(Clone, Debug)]
pub(crate) struct PairGroup {
    pub(crate) family: Family,
    pub(crate) tests: Vec<(Part, Test)>,
}

/// Where pairs are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Table,
    /// The text of this object.
    Json(Object),
}

impl PairGroup {
    /// The condition on the run of an alias.
    pub(crate) fn condition(&self, alias: &str) -> Sql {
        let listed = self.condition_in(alias, Place::Table);
        let Some(object) = self.object() else { return listed };
        // a run with very many pairs has only some of them in the table
        let mut sql = Sql::text(format!(
            "CASE WHEN EXISTS (SELECT 1 FROM attribute WHERE attribute.rid = {alias}.rid AND {}) THEN ",
            self.marked()
        ));
        sql.append(self.condition_in(alias, Place::Json(object))).push(" ELSE ").append(listed).push(" END");
        sql
    }

    fn condition_in(&self, alias: &str, place: Place) -> Sql {
        let [keys, no_keys, values, no_values] = self.sorted();
        let mut all = Vec::new();
        if !keys.is_empty() || no_keys.is_empty() && !values.is_empty() {
            let same = keys.iter().chain(&values).chain(&no_values).copied();
            all.push(self.exists(alias, place, same, false));
        } else {
            if !values.is_empty() {
                all.push(self.exists(alias, place, values.iter().copied(), false));
            }
            all.extend(no_values.iter().map(|test| self.exists(alias, place, [*test], true)));
        }
        all.extend(no_keys.iter().map(|test| self.exists(alias, place, [*test], true)));
        Sql::join(all, " AND ", "true")
    }

    /// A statement for the rows of the runs that can match, if an index finds them.
    pub(crate) fn driver(&self) -> Option<Sql> {
        let [keys, _, values, no_values] = self.sorted();
        let exact = |tests: &[&(Part, Test)]| {
            tests.iter().all(|(_, test)| match test {
                Test::Compare(operator, _) => *operator == Operator::Eq,
                Test::In(_) => true,
                Test::Search(_) => false,
            })
        };
        if keys.is_empty() && values.is_empty() || !exact(&keys) || !exact(&values) || !no_values.is_empty() {
            return None;
        }
        let conditions =
            keys.iter().chain(&values).map(|(part, test)| self.test(Place::Table, *part, test, false));
        let conditions = Sql::join(conditions, " AND ", "true");
        let mut sql = match self.family {
            Family::Feedback => {
                Sql::text("SELECT run.rid FROM feedback JOIN run ON run.id = feedback.run_id WHERE ")
            }
            _ => Sql::text(format!(
                "SELECT attribute.rid FROM attribute WHERE {} AND ",
                if keys.is_empty() { self.any_key() } else { "true".to_owned() }
            )),
        };
        sql.append(conditions);
        if self.family != Family::Feedback {
            sql.push(" UNION ALL SELECT attribute.rid FROM attribute WHERE ").push(&self.marked());
        }
        Some(sql)
    }

    /// Keys that are asked for, keys that must not be there, and values likewise.
    fn sorted(&self) -> [Vec<&(Part, Test)>; 4] {
        let mut sorted = [const { Vec::new() }; 4];
        for test in &self.tests {
            let negative = matches!(test.1, Test::Compare(Operator::Neq, _));
            let [keys, no_keys, values, no_values] = &mut sorted;
            match (test.0 == Part::Key, negative) {
                (true, false) => keys.push(test),
                (true, true) => no_keys.push(test),
                (false, false) => values.push(test),
                (false, true) => no_values.push(test),
            }
        }
        sorted
    }

    /// Whether there is a pair that passes all tests; with `absent`, whether there is none that equals what they name.
    fn exists<'a>(
        &self,
        alias: &str,
        place: Place,
        tests: impl IntoIterator<Item = &'a (Part, Test)>,
        absent: bool,
    ) -> Sql {
        let mut sql = Sql::text(if absent { "NOT EXISTS (" } else { "EXISTS (" });
        let tests: Vec<_> = tests.into_iter().collect();
        match (self.family, place) {
            (Family::Feedback, _) => {
                sql.push(&format!("SELECT 1 FROM feedback WHERE feedback.run_id = {alias}.id"));
            }
            (_, Place::Table) => {
                sql.push(&format!("SELECT 1 FROM attribute WHERE attribute.rid = {alias}.rid"));
                if tests.iter().all(|(part, _)| *part != Part::Key) {
                    sql.push(" AND ").push(&self.any_key());
                }
            }
            (_, Place::Json(object)) => {
                sql.push("SELECT 1 FROM json_each(attributes(").append(json_at(object, &[], alias));
                sql.push(")) AS pair WHERE true");
            }
        };
        let tests = tests.into_iter().map(|(part, test)| self.test(place, *part, test, absent));
        sql.push(" AND ").append(Sql::join(tests, " AND ", "true")).push(")");
        sql
    }

    /// The object whose members these pairs are.
    fn object(&self) -> Option<Object> {
        match self.family {
            Family::Metadata => Some(Object::Metadata),
            Family::Input => Some(Object::Inputs),
            Family::Output => Some(Object::Outputs),
            Family::Feedback => None,
        }
    }

    fn kind(&self) -> i64 {
        match self.family {
            Family::Metadata => 1,
            Family::Input => 2,
            Family::Output => 3,
            Family::Feedback => 0,
        }
    }

    /// Pairs of this family, whatever the key.
    fn any_key(&self) -> String {
        format!("attribute.kid IN (SELECT kid FROM attribute_key WHERE kind = {})", self.kind())
    }

    /// The mark of runs that may have more pairs than the table has.
    fn marked(&self) -> String {
        format!("attribute.kid = (SELECT kid FROM attribute_key WHERE kind = -{} AND key = '')", self.kind())
    }

    /// One test on a pair; `turned`: what `neq` names is asked for.
    fn test(&self, place: Place, part: Part, test: &Test, turned: bool) -> Sql {
        let column = match (self.family, part, place) {
            (Family::Feedback, Part::Key, _) => "feedback.key",
            (Family::Feedback, Part::Score, _) => "feedback.score",
            (Family::Feedback, Part::Comment, _) => "feedback.comment",
            // it is JSON
            (Family::Feedback, Part::Value, _) => "feedback.value ->> '$'",
            (_, Part::Key, Place::Table) => "attribute_key.key",
            (_, _, Place::Table) => "attribute.value",
            (_, Part::Key, Place::Json(_)) => "pair.key",
            (_, _, Place::Json(_)) => "pair.value",
        };
        // the score and the value of feedback are numbers, other values are texts
        let exact = |value: &Value| match value {
            Value::Real(number) if self.family != Family::Feedback => Value::Text(number_text(*number)),
            value => value.clone(),
        };
        let mut sql = Sql::default();
        match test {
            Test::Compare(operator, operand) => {
                let operator = if turned { Operator::Eq } else { *operator };
                match (&operand.value, operator) {
                    (value, Operator::Eq | Operator::Neq) => {
                        sql.push(&format!("{column} {} ", operator.sql())).bind(exact(value));
                    }
                    (value, _) => {
                        sql.append(by_size(column, operator, value, part));
                    }
                }
            }
            Test::In(operands) => {
                let values = operands.iter().map(|operand| exact(&operand.value));
                sql.push(&format!("{column} IN (")).append(Sql::list(values)).push(")");
            }
            Test::Search(text) => {
                sql.push(column).push(" LIKE ").bind(like(text)).push(" ESCAPE '\\'");
            }
        }
        if part == Part::Key && self.family != Family::Feedback && place == Place::Table {
            let kind = self.kind();
            let mut key = Sql::text(format!(
                "attribute.kid IN (SELECT kid FROM attribute_key WHERE kind = {kind} AND "
            ));
            key.append(sql).push(")");
            return key;
        }
        sql
    }
}

/// A comparison by size of a value that is kept as text, whatever it was in JSON.
fn by_size(column: &str, operator: Operator, value: &Value, part: Part) -> Sql {
    let mut sql = Sql::default();
    match value {
        Value::Real(number) if part == Part::Value => {
            sql.push(&format!("({column} GLOB '[-0-9]*' AND CAST({column} AS REAL) {} ", operator.sql()));
            sql.bind(*number).push(")");
        }
        _ => {
            sql.push(&format!("{column} {} ", operator.sql())).bind(value.clone());
        }
    }
    sql
}

/// What equals a value in the table: for a number, the text that it has there.
pub(super) fn equal_values(value: &Value, part: Part) -> Vec<Value> {
    match value {
        Value::Real(number) if part == Part::Value => vec![Value::Text(number_text(*number))],
        value => vec![value.clone()],
    }
}

/// The text that a number has in the table `attribute`.
fn number_text(number: f64) -> String {
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string(), |number| extract::number(&number))
}

/// A pattern for `LIKE .. ESCAPE '\'` that finds a text anywhere.
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
