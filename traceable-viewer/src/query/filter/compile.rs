//! From a filter to a condition in SQL.

use rusqlite::types::Value;

use crate::query::filter::attribute::{Attribute, Family, Kind, Object, Part};
use crate::query::filter::literal::Literal;
use crate::query::filter::pairs::{PairGroup, Test, like};
use crate::query::filter::sql::Sql;
use crate::query::filter::syntax::{Expression, Operand, Operator};
use crate::query::filter::words;

/// Scalars of metadata, inputs and outputs with at most so many bytes are in the table `attribute`.
pub(super) const MAX_ATTRIBUTE_BYTES: usize = 256;

/// The condition of a filter on the rows of `alias`, a name for the table `run`.
pub(crate) fn condition(filter: &Expression, alias: &str) -> Sql {
    match filter {
        Expression::And(all) => conjunction(all, alias),
        Expression::Or(all) => {
            let pieces = all.iter().map(|one| condition(one, alias));
            wrap(Sql::join(pieces, " OR ", "false"))
        }
        Expression::Not(one) => {
            let mut sql = Sql::text("(");
            // what compares with nothing is unknown, and not false, to SQL
            sql.append(condition(one, alias)).push(") IS NOT TRUE");
            wrap(sql)
        }
        Expression::Compare(Attribute::Pair(family, part), operator, operand) => {
            wrap(group(*family, *part, Test::Compare(*operator, operand.clone())).condition(alias))
        }
        Expression::Compare(attribute, operator, operand) => compare(attribute, *operator, operand, alias),
        Expression::In(Attribute::Pair(family, part), operands) => {
            wrap(group(*family, *part, Test::In(operands.clone())).condition(alias))
        }
        Expression::In(attribute, operands) => one_of(attribute, operands, alias),
        Expression::Has(Attribute::Object(object), operand) => has(*object, &operand.literal, alias),
        Expression::Has(_, operand) => has_tag(&operand.value, alias),
        Expression::Search(None, text) => full_text(text, alias),
        Expression::Search(Some(Attribute::Pair(family, part)), text) => {
            wrap(group(*family, *part, Test::Search(text.clone())).condition(alias))
        }
        Expression::Search(Some(attribute), text) => search(attribute, text, alias),
    }
}

fn wrap(inner: Sql) -> Sql {
    let mut sql = Sql::text("(");
    sql.append(inner).push(")");
    sql
}

fn group(family: Family, part: Part, test: Test) -> PairGroup {
    PairGroup { family, tests: vec![(part, test)] }
}

/// What conditions that are joined say about pairs, family by family.
pub(super) fn groups(all: &[Expression]) -> Vec<PairGroup> {
    let mut groups: Vec<PairGroup> = Vec::new();
    for one in all {
        let (attribute, test) = match one {
            Expression::Compare(attribute, operator, operand) => {
                (attribute, Test::Compare(*operator, operand.clone()))
            }
            Expression::In(attribute, operands) => (attribute, Test::In(operands.clone())),
            Expression::Search(Some(attribute), text) => (attribute, Test::Search(text.clone())),
            _ => continue,
        };
        let Attribute::Pair(family, part) = attribute else { continue };
        match groups.iter_mut().find(|group| group.family == *family) {
            Some(group) => group.tests.push((*part, test)),
            None => groups.push(group(*family, *part, test)),
        }
    }
    groups
}

fn conjunction(all: &[Expression], alias: &str) -> Sql {
    let is_pair = |one: &&Expression| {
        matches!(
            one,
            Expression::Compare(Attribute::Pair(..), ..)
                | Expression::In(Attribute::Pair(..), _)
                | Expression::Search(Some(Attribute::Pair(..)), _)
        )
    };
    let pairs = groups(all).into_iter().map(|group| group.condition(alias));
    let others = all.iter().filter(|one| !is_pair(one)).map(|one| condition(one, alias));
    wrap(Sql::join(others.chain(pairs), " AND ", "true"))
}

fn compare(attribute: &Attribute, operator: Operator, operand: &Operand, alias: &str) -> Sql {
    match attribute {
        Attribute::Scalar(name, kind) => compare_scalar(name, *kind, operator, operand, alias),
        Attribute::Path(object, keys) => {
            if operator == Operator::Eq
                && let Some(group) = one_key(*object, keys, operand)
            {
                return wrap(group.condition(alias));
            }
            compare_inside(json_at(*object, keys, alias), operator, &operand.value)
        }
        // the parser lets none of these through
        Attribute::Tags | Attribute::Object(_) | Attribute::Pair(..) => Sql::text("false"),
    }
}

/// Whether an attribute has one of some values, which are one list: SQLite takes long for thousands of alternatives.
fn one_of(attribute: &Attribute, operands: &[Operand], alias: &str) -> Sql {
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

/// Whether a value inside an object is one of some.
fn one_inside(object: Object, keys: &[String], operands: &[&Operand], alias: &str) -> Sql {
    let in_table = |operand: &&&Operand| one_key(object, keys, operand).is_some();
    let (short, others): (Vec<&Operand>, Vec<&Operand>) = operands.iter().partition(in_table);
    let mut any = Vec::new();
    if let (Some(family), [key], false) = (family(object), keys, short.is_empty()) {
        any.push(pair(family, key, Test::In(short.into_iter().cloned().collect())).condition(alias));
    }
    if !others.is_empty() {
        let mut sql = json_at(object, keys, alias);
        sql.push(" IN (").append(Sql::list(others.iter().map(|operand| operand.value.clone()))).push(")");
        any.push(sql);
    }
    wrap(Sql::join(any, " OR ", "false"))
}

fn compare_scalar(name: &str, kind: Kind, operator: Operator, operand: &Operand, alias: &str) -> Sql {
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

/// The children of a run.
pub(crate) fn children_of(parent: Value, alias: &str) -> Sql {
    let mut sql = Sql::text(format!("{alias}.parent_id = "));
    sql.bind(parent);
    sql
}

/// The value of an attribute of one row.
fn scalar(name: &str, alias: &str) -> String {
    match name {
        "name" => format!("coalesce({alias}.name, '')"),
        "run_type" => format!("coalesce({alias}.run_type, 'chain')"),
        "start_time" => format!("{alias}.start_us"),
        "end_time" => format!("{alias}.end_us"),
        "first_token_time" => format!("{alias}.first_token_us"),
        "latency" => format!("{alias}.latency_us"),
        "is_root" => format!("({alias}.parent_id IS NULL)"),
        "parent_run_id" => format!("{alias}.parent_id"),
        "execution_order" => "1".to_owned(),
        "session_id" | "project_id" => {
            format!("(SELECT project.id FROM project WHERE project.pid = {alias}.pid)")
        }
        "error" => payload("error", alias),
        // the others are named as their columns are
        name => format!("{alias}.{name}"),
    }
}

/// A long text of a row.
fn payload(column: &str, alias: &str) -> String {
    format!("(SELECT payload_text(payload.{column}) FROM payload WHERE payload.rid = {alias}.rid)")
}

/// A value inside the JSON of a row: a text, a number, the JSON of an object or array, or null.
fn json_at(object: Object, keys: &[String], alias: &str) -> Sql {
    let (column, inner) = object.column();
    let mut path: Vec<&str> = inner.split('.').skip(1).collect();
    path.extend(keys.iter().map(String::as_str));
    let mut sql = Sql::text(format!("json_at({}, ", payload(column, alias)));
    sql.bind(serde_json::Value::from(path).to_string()).push(")");
    sql
}

fn compare_inside(value: Sql, operator: Operator, with: &Value) -> Sql {
    let mut sql = Sql::text("(");
    match (with, operator) {
        (Value::Null, Operator::Eq) => sql.append(value).push(" IS NULL"),
        (Value::Null, _) => sql.append(value).push(" IS NOT NULL"),
        (_, Operator::Eq | Operator::Neq) => {
            sql.append(value).push(&format!(" {} ", operator.sql())).bind(with.clone())
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

/// A value under a key of the top level, if the table `attribute` tells all about it.
pub(super) fn one_key(object: Object, keys: &[String], operand: &Operand) -> Option<PairGroup> {
    let family = family(object)?;
    let [key] = keys else { return None };
    match &operand.value {
        Value::Text(text) if text.len() <= MAX_ATTRIBUTE_BYTES => {}
        Value::Real(_) => {}
        _ => return None,
    }
    Some(pair(family, key, Test::Compare(Operator::Eq, operand.clone())))
}

fn family(object: Object) -> Option<Family> {
    match object {
        Object::Metadata => Some(Family::Metadata),
        Object::Inputs => Some(Family::Input),
        Object::Outputs => Some(Family::Output),
        Object::Extra => None,
    }
}

/// A pair of a key whose value passes a test.
fn pair(family: Family, key: &str, value: Test) -> PairGroup {
    let key = Operand { literal: Literal::Text(key.to_owned()), value: Value::Text(key.to_owned()) };
    let tests = vec![(Part::Key, Test::Compare(Operator::Eq, key)), (Part::Value, value)];
    PairGroup { family, tests }
}

fn has_tag(tag: &Value, alias: &str) -> Sql {
    let mut sql = Sql::text("EXISTS (SELECT 1 FROM tag WHERE tag.tag = ");
    sql.bind(tag.clone()).push(&format!(" AND tag.rid = {alias}.rid)"));
    sql
}

/// Whether an object contains another; a text that is no object is the name of a key.
fn has(object: Object, literal: &Literal, alias: &str) -> Sql {
    let Literal::Text(text) = literal else { return Sql::text("false") };
    if let Some(groups) = scalar_members(object, literal)
        && has_texts_alone(text)
    {
        return wrap(Sql::join(groups.iter().map(|group| group.condition(alias)), " AND ", "true"));
    }
    if !matches!(serde_json::from_str(text), Ok(serde_json::Value::Object(_))) {
        return compare_inside(
            json_at(object, std::slice::from_ref(text), alias),
            Operator::Neq,
            &Value::Null,
        );
    }
    let mut sql = Sql::text("json_contains(");
    sql.append(json_at(object, &[], alias)).push(", ").bind(text.clone()).push(")");
    sql
}

/// The members of an object in JSON, if all are short scalars that the table `attribute` knows.
pub(super) fn scalar_members(object: Object, literal: &Literal) -> Option<Vec<PairGroup>> {
    let (family, Literal::Text(text)) = (family(object)?, literal) else { return None };
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(text) else { return None };
    let member = |(key, value): (&String, &serde_json::Value)| {
        let text = match value {
            serde_json::Value::String(text) if text.len() <= MAX_ATTRIBUTE_BYTES => text.clone(),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        let value = Operand { literal: Literal::Text(text.clone()), value: Value::Text(text) };
        Some(pair(family, key, Test::Compare(Operator::Eq, value)))
    };
    members.iter().map(member).collect()
}

/// The rows whose texts hold words.
pub(crate) fn full_text_rows(words: String) -> Sql {
    let mut sql = Sql::text("SELECT rowid FROM run_text WHERE run_text MATCH ");
    sql.bind(words);
    sql
}

/// Whether all members of an object are texts that are no mistaken numbers: the table `attribute` has the number `3` and
/// the text `"3"` as the same text.
fn has_texts_alone(object: &str) -> bool {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(object) else { return false };
    members.values().all(|value| {
        let text = value.as_str();
        text.is_some_and(|text| serde_json::from_str::<serde_json::Value>(text).is_err())
    })
}

/// Words in the full text.
pub(crate) fn full_text(text: &str, alias: &str) -> Sql {
    let Some(words) = words::match_expression(text) else { return Sql::text("false") };
    let mut sql = Sql::text(format!("{alias}.rid IN ("));
    sql.append(full_text_rows(words)).push(")");
    sql
}

/// A part of one attribute's text, in any case of ASCII letters.
fn search(attribute: &Attribute, text: &str, alias: &str) -> Sql {
    let mut sql = Sql::default();
    match attribute {
        Attribute::Tags => {
            sql.push(&format!("EXISTS (SELECT 1 FROM json_each({alias}.tags) WHERE json_each.value LIKE "));
            sql.bind(like(text)).push(" ESCAPE '\\')");
            return sql;
        }
        Attribute::Scalar(name, _) => sql.push(&scalar(name, alias)),
        Attribute::Object(Object::Metadata) => sql.append(json_at(Object::Metadata, &[], alias)),
        Attribute::Object(object) => sql.push(&payload(object.column().0, alias)),
        Attribute::Path(object, keys) => sql.append(json_at(*object, keys, alias)),
        Attribute::Pair(..) => return Sql::text("false"),
    };
    sql.push(" LIKE ").bind(like(text)).push(" ESCAPE '\\'");
    sql
}
