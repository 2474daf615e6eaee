//! A filter after it was read: calls of functions on attributes and values.

use rusqlite::types::Value;

use crate::query::filter::attribute::Attribute;
use crate::query::filter::literal::Literal;

/// A condition on a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    Compare(Attribute, Operator, Operand),
    In(Attribute, Vec<Operand>),
    /// A tag, or a JSON object that is contained.
    Has(Attribute, Operand),
    /// Words anywhere in the run's texts, or a part of one attribute.
    Search(Option<Attribute>, String),
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Eq,
    Neq,
    Gt,
    Gte,
    Lt,
    Lte,
}

impl Operator {
    pub(crate) const ALL: [(&'static str, Operator); 6] = [
        ("eq", Operator::Eq),
        ("neq", Operator::Neq),
        ("gt", Operator::Gt),
        ("gte", Operator::Gte),
        ("lt", Operator::Lt),
        ("lte", Operator::Lte),
    ];

    pub(crate) fn sql(self) -> &'static str {
        match self {
            Operator::Eq => "=",
            Operator::Neq => "<>",
            Operator::Gt => ">",
            Operator::Gte => ">=",
            Operator::Lt => "<",
            Operator::Lte => "<=",
        }
    }
}

/// A value as it was written, and as the column of its attribute holds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub(crate) literal: Literal,
    pub(crate) value: Value,
}
