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

use crate::query::filter::attribute::{Family, Part};
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

impl PairGroup {
    /// The condition on the run of an alias.
    pub(crate) fn condition(&self, alias: &str) -> Sql {
        let [keys, no_keys, values, no_values] = self.sorted();
        let mut all = Vec::new();
        if !keys.is_empty() || no_keys.is_empty() && !values.is_empty() {
            let same = keys.iter().chain(&values).chain(&no_values).copied();
            all.push(self.exists(alias, same, false));
        } else {
            if !values.is_empty() {
                all.push(self.exists(alias, values.iter().copied(), false));
            }
            all.extend(no_values.iter().map(|test| self.exists(alias, [*test], true)));
        }
        all.extend(no_keys.iter().map(|test| self.exists(alias, [*test], true)));
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
        let conditions = keys.iter().chain(&values).map(|(part, test)| self.test(*part, test, false));
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
        tests: impl IntoIterator<Item = &'a (Part, Test)>,
        absent: bool,
    ) -> Sql {
        let mut sql = Sql::text(if absent { "NOT EXISTS (" } else { "EXISTS (" });
        let tests: Vec<_> = tests.into_iter().collect();
        match self.family {
            Family::Feedback => {
                sql.push(&format!("SELECT 1 FROM feedback WHERE feedback.run_id = {alias}.id"))
            }
            _ => sql.push(&format!("SELECT 1 FROM attribute WHERE attribute.rid = {alias}.rid")),
        };
        if self.family != Family::Feedback && tests.iter().all(|(part, _)| *part != Part::Key) {
            sql.push(" AND ").push(&self.any_key());
        }
        let tests = tests.into_iter().map(|(part, test)| self.test(*part, test, absent));
        sql.push(" AND ").append(Sql::join(tests, " AND ", "true")).push(")");
        sql
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

    /// One test on a pair; `turned`: what `neq` names is asked for.
    fn test(&self, part: Part, test: &Test, turned: bool) -> Sql {
        let column = match (self.family, part) {
            (Family::Feedback, Part::Key) => "feedback.key",
            (Family::Feedback, Part::Score) => "feedback.score",
            (Family::Feedback, Part::Comment) => "feedback.comment",
            // it is JSON
            (Family::Feedback, Part::Value) => "feedback.value ->> '$'",
            (_, Part::Key) => "attribute_key.key",
            (_, _) => "attribute.value",
        };
        let mut sql = Sql::default();
        match test {
            Test::Compare(operator, operand) => {
                let operator = if turned { Operator::Eq } else { *operator };
                sql.append(compare(column, operator, &operand.value, part));
            }
            Test::In(operands) => {
                let values = operands.iter().flat_map(|operand| equal_values(&operand.value, part));
                sql.push(column).push(" IN (").append(Sql::list(values)).push(")");
            }
            Test::Search(text) => {
                sql.push(column).push(" LIKE ").bind(like(text)).push(" ESCAPE '\\'");
            }
        }
        if part == Part::Key && self.family != Family::Feedback {
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

/// A comparison of a value that is kept as text, whatever it was in JSON.
fn compare(column: &str, operator: Operator, value: &Value, part: Part) -> Sql {
    let mut sql = Sql::default();
    match (value, operator) {
        (Value::Real(_), Operator::Eq | Operator::Neq) if part == Part::Value => {
            let not = if operator == Operator::Neq { " NOT" } else { "" };
            let texts = equal_values(value, part);
            sql.push(&format!("{column}{not} IN (")).append(Sql::list(texts)).push(")");
        }
        (Value::Real(number), _) if part == Part::Value => {
            sql.push(&format!("({column} GLOB '[-0-9]*' AND CAST({column} AS REAL) {} ", operator.sql()));
            sql.bind(*number).push(")");
        }
        _ => {
            sql.push(&format!("{column} {} ", operator.sql())).bind(value.clone());
        }
    }
    sql
}

/// What equals a value in the table: for a number, the texts by which JSON writes it.
pub(super) fn equal_values(value: &Value, part: Part) -> Vec<Value> {
    let Value::Real(number) = value else { return vec![value.clone()] };
    if part != Part::Value {
        return vec![value.clone()];
    }
    let plain = number.to_string();
    let exact = serde_json::Number::from_f64(*number).map(|number| number.to_string());
    let exact = exact.filter(|exact| *exact != plain);
    std::iter::once(plain).chain(exact).map(Value::Text).collect()
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
