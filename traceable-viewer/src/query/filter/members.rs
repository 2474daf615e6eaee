//! Members of metadata, inputs and outputs, as far as the table `attribute` has them.

use rusqlite::types::Value;

use crate::extract;
use crate::query::filter::attribute::{Family, Object, Part};
use crate::query::filter::literal::Literal;
use crate::query::filter::pairs::{PairGroup, Test};
use crate::query::filter::syntax::{Operand, Operator};

/// Scalars of metadata, inputs and outputs with at most so many bytes are in the table `attribute`.
pub(super) const MAX_ATTRIBUTE_BYTES: usize = 256;

/// A value under a key of the top level, if pairs tell all about it.
pub(super) fn one_key(object: Object, keys: &[String], operand: &Operand) -> Option<PairGroup> {
    let family = family(object)?;
    let [key] = keys else { return None };
    if key.len() > MAX_ATTRIBUTE_BYTES {
        return None;
    }
    match &operand.value {
        Value::Text(text) if text.len() <= MAX_ATTRIBUTE_BYTES => {}
        Value::Real(_) => {}
        _ => return None,
    }
    Some(pair(family, key, Test::Compare(Operator::Eq, operand.clone())))
}

pub(super) fn family(object: Object) -> Option<Family> {
    match object {
        Object::Metadata => Some(Family::Metadata),
        Object::Inputs => Some(Family::Input),
        Object::Outputs => Some(Family::Output),
        Object::Extra => None,
    }
}

/// A pair of a key whose value passes a test.
pub(super) fn pair(family: Family, key: &str, value: Test) -> PairGroup {
    let key = Operand { literal: Literal::Text(key.to_owned()), value: Value::Text(key.to_owned()) };
    let tests = vec![(Part::Key, Test::Compare(Operator::Eq, key)), (Part::Value, value)];
    PairGroup { family, tests }
}

/// The members of an object in JSON, if all are short scalars that the table `attribute` knows.
pub(super) fn scalar_members(object: Object, literal: &Literal) -> Option<Vec<PairGroup>> {
    let (family, Literal::Text(text)) = (family(object)?, literal) else { return None };
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(text) else { return None };
    let member = |(key, value): (&String, &serde_json::Value)| {
        let text = match value {
            _ if key.len() > MAX_ATTRIBUTE_BYTES => return None,
            serde_json::Value::String(text) if text.len() <= MAX_ATTRIBUTE_BYTES => text.clone(),
            serde_json::Value::Number(number) => extract::number(number),
            serde_json::Value::Bool(_) => value.to_string(),
            _ => return None,
        };
        let value = Operand { literal: Literal::Text(text.clone()), value: Value::Text(text) };
        Some(pair(family, key, Test::Compare(Operator::Eq, value)))
    };
    members.iter().map(member).collect()
}

/// Whether all members of an object are texts that are no mistaken numbers: the table `attribute` has the number `3` and
/// the text `"3"` as the same text.
pub(super) fn has_texts_alone(object: &str) -> bool {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(object) else { return false };
    members.values().all(|value| {
        let text = value.as_str();
        text.is_some_and(|text| serde_json::from_str::<serde_json::Value>(text).is_err())
    })
}
