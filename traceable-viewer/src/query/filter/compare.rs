//! Comparisons of one attribute with one value, or with several.

use rusqlite::types::Value;

use crate::query::filter::attribute::{Attribute, Kind, Object, Part};
use crate::query::filter::columns::{json_at, scalar};
use crate::query::filter::members::{family, one_key, pair};
use crate::query::filter::pairs::{Test, equal_values};
use crate::query::filter::sql::Sql;
use crate::query::filter::syntax::{Operand, Operator};

pub(super) fn compare(attribute: &Attribute, operator: Operator, operand: &Operand, alias: &str) -> Sql {
    match attribute {
        Attribute::Scalar(name, kind) => compare_scalar(name, *kind, operator, operand, alias),
        Attribute::Path(object, keys) => {
            let value = json_at(*object, keys, alias);
            match (operator, one_key(*object, keys, operand)) {
                (Operator::Eq, Some(group)) => wrap(group.condition(alias)),
                // the opposite of `eq`, of runs that have a value
                (Operator::Neq, Some(group)) => {
                    let mut sql = Sql::text("(NOT ");
                    sql.append(wrap(group.condition(alias)))
                        .push(" AND ")
                        .append(value)
                        .push(" IS NOT NULL)");
                    sql
                }
                _ => compare_inside(value, operator, &operand.value),
            }
        }
        // the parser lets none of these through
        Attribute::Tags | Attribute::Object(_) | Attribute::Pair(..) => Sql::text("false"),
    }
}

pub(super) fn compare_scalar(
    name: &str,
    kind: Kind,
    operator: Operator,
    operand: &Operand,
    alias: &str,
) -> Sql {
    let null = operand.value == Value::Null;
    let not = if operator == Operator::Neq { "NOT " } else { "" };
    if kind == Kind::Error && null {
        let is = if operator == Operator::Eq { "<>" } else { "=" };
        return Sql::text(format!("{alias}.status {is} 2"));
    }
    let expression = scalar(name, alias);
    if null {
        return Sql::text(format!("{expression} IS {not}NULL"));
    }
    let mut sql = Sql::default();
    match (&operand.value, kind) {
        // constants, for the partial indexes to be found
        (Value::Integer(status), Kind::Status) => {
            sql.push(&format!("{expression} {} {status}", operator.sql()));
        }
        (Value::Integer(value), Kind::Bool) => {
            let is_root = (*value == 1) == (operator == Operator::Eq);
            sql.push(&format!("{alias}.parent_id IS {}NULL", if is_root { "" } else { "NOT " }));
        }
        (value, _) if matches!(name, "session_id" | "project_id") && operator == Operator::Eq => {
            sql.push(&format!("{alias}.pid = (SELECT pid FROM project WHERE project.id = "));
            sql.bind(value.clone()).push(")");
        }
        (value, _) if name == "parent_run_id" && operator == Operator::Eq => {
            sql.append(children_of(value.clone(), alias));
        }
        (value, _) => {
            sql.push(&format!("{expression} {} ", operator.sql())).bind(value.clone());
        }
    }
    sql
}

pub(super) fn compare_inside(value: Sql, operator: Operator, with: &Value) -> Sql {
    let mut sql = Sql::text("(");
    match (with, operator) {
        (Value::Null, Operator::Eq) => sql.append(value).push(" IS NULL"),
        (Value::Null, _) => sql.append(value).push(" IS NOT NULL"),
        (_, Operator::Eq | Operator::Neq) => {
            let not = if operator == Operator::Neq { "NOT " } else { "" };
            sql.append(value).push(&format!(" {not}IN (")).append(Sql::list(equal_inside(with))).push(")")
        }
        (_, _) => {
            // to SQL every text is greater than every number
            let types = if matches!(with, Value::Text(_)) { "'text'" } else { "'integer', 'real'" };
            sql.push("typeof(").append(value.clone()).push(&format!(") IN ({types}) AND "));
            sql.append(value).push(&format!(" {} ", operator.sql())).bind(with.clone())
        }
    };
    sql.push(")");
    sql
}

/// Whether an attribute has one of some values, which are one list: SQLite takes long for thousands of alternatives.
pub(super) fn one_of(attribute: &Attribute, operands: &[Operand], alias: &str) -> Sql {
    let is_null = |operand: &&Operand| operand.value == Value::Null;
    let (nulls, operands): (Vec<&Operand>, Vec<&Operand>) = operands.iter().partition(is_null);
    let mut any: Vec<Sql> =
        nulls.first().map(|null| compare(attribute, Operator::Eq, null, alias)).into_iter().collect();
    let list = Sql::list(operands.iter().map(|operand| operand.value.clone()));
    let mut sql = Sql::default();
    match attribute {
        _ if operands.is_empty() => {}
        Attribute::Scalar("session_id" | "project_id", _) => {
            sql.push(&format!("{alias}.pid IN (SELECT pid FROM project WHERE project.id IN ("));
            sql.append(list).push("))");
        }
        Attribute::Scalar(name, _) => {
            sql.push(&scalar(name, alias)).push(" IN (").append(list).push(")");
        }
        Attribute::Tags => {
            sql.push("EXISTS (SELECT 1 FROM tag WHERE tag.tag IN (").append(list);
            sql.push(&format!(") AND tag.rid = {alias}.rid)"));
        }
        Attribute::Path(object, keys) => any.push(one_inside(*object, keys, &operands, alias)),
        // the parser lets neither through
        Attribute::Object(_) | Attribute::Pair(..) => {}
    }
    any.push(sql);
    wrap(Sql::join(any, " OR ", "false"))
}

/// What equals a value: a number and a text that read the same are the same, as in the table `attribute`.
fn equal_inside(value: &Value) -> Vec<Value> {
    let mut equal = equal_values(value, Part::Value);
    match value {
        Value::Real(_) => equal.push(value.clone()),
        Value::Text(text) => {
            let number = serde_json::from_str::<serde_json::Number>(text).ok();
            equal.extend(number.and_then(|number| number.as_f64()).map(Value::Real));
        }
        _ => {}
    }
    equal
}

/// Whether a value inside an object is one of some.
pub(super) fn one_inside(object: Object, keys: &[String], operands: &[&Operand], alias: &str) -> Sql {
    let in_table = |operand: &&&Operand| one_key(object, keys, operand).is_some();
    let (short, others): (Vec<&Operand>, Vec<&Operand>) = operands.iter().partition(in_table);
    let mut any = Vec::new();
    if let (Some(family), [key], false) = (family(object), keys, short.is_empty()) {
        any.push(pair(family, key, Test::In(short.into_iter().cloned().collect())).condition(alias));
    }
    if !others.is_empty() {
        let mut sql = json_at(object, keys, alias);
        sql.push(" IN (")
            .append(Sql::list(others.iter().flat_map(|operand| equal_inside(&operand.value))))
            .push(")");
        any.push(sql);
    }
    wrap(Sql::join(any, " OR ", "false"))
}

pub(super) fn has_tag(tag: &Value, alias: &str) -> Sql {
    let mut sql = Sql::text("EXISTS (SELECT 1 FROM tag WHERE tag.tag = ");
    sql.bind(tag.clone()).push(&format!(" AND tag.rid = {alias}.rid)"));
    sql
}

/// The children of a run.
pub(crate) fn children_of(parent: Value, alias: &str) -> Sql {
    let mut sql = Sql::text(format!("{alias}.parent_id = "));
    sql.bind(parent);
    sql
}

pub(super) fn wrap(inner: Sql) -> Sql {
    let mut sql = Sql::text("(");
    sql.append(inner).push(")");
    sql
}
