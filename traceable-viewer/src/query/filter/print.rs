//! A filter as text again. What is read back is the same filter.

use std::fmt;

use crate::query::filter::literal::Literal;
use crate::query::filter::syntax::{Expression, Operator};

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::And(all) => call(f, "and", all),
            Expression::Or(all) => call(f, "or", all),
            Expression::Not(one) => write!(f, "not({one})"),
            Expression::Compare(attribute, operator, operand) => {
                write!(f, "{operator}({}, {})", name(&attribute.name()), operand.literal)
            }
            Expression::In(attribute, operands) => {
                write!(f, "in({}, [", name(&attribute.name()))?;
                for (at, operand) in operands.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{}", operand.literal)?;
                }
                f.write_str("])")
            }
            Expression::Has(attribute, operand) => {
                write!(f, "has({}, {})", name(&attribute.name()), operand.literal)
            }
            Expression::Search(None, text) => write!(f, "search({})", Literal::Text(text.clone())),
            Expression::Search(Some(attribute), text) => {
                write!(f, "search({}, {})", name(&attribute.name()), Literal::Text(text.clone()))
            }
        }
    }
}

fn call(f: &mut fmt::Formatter<'_>, function: &str, all: &[Expression]) -> fmt::Result {
    write!(f, "{function}(")?;
    for (at, one) in all.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        write!(f, "{comma}{one}")?;
    }
    f.write_str(")")
}

/// A name as it is, or in quotes where its letters ask for them.
fn name(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
    if name.chars().all(plain) { name.to_owned() } else { Literal::Text(name.to_owned()).to_string() }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = Operator::ALL.iter().find(|(_, operator)| operator == self);
        f.write_str(known.map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // JSON's escapes are the language's
            Literal::Text(text) => write!(f, "{}", serde_json::Value::from(text.as_str())),
            Literal::Number(number) => write!(f, "{number}"),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Null => f.write_str("null"),
        }
    }
}
