//! From a filter to a condition in SQL.

use rusqlite::types::Value;

use crate::query::filter::attribute::{Attribute, Family, Object, Part};
use crate::query::filter::columns::{json_at, payload, scalar};
use crate::query::filter::compare::{compare, compare_inside, has_tag, one_of, wrap};
use crate::query::filter::full_text::full_text;
use crate::query::filter::literal::Literal;
use crate::query::filter::members::{has_texts_alone, scalar_members};
use crate::query::filter::pairs::{PairGroup, Test, like};
use crate::query::filter::sql::Sql;
use crate::query::filter::syntax::{Expression, Operator};

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

fn group(family: Family, part: Part, test: Test) -> PairGroup {
    PairGroup { family, tests: vec![(part, test)] }
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
