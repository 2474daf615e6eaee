//! The attributes of a span, a resource or an event, as JSON values by name. Readers take out what they know; what is
//! left at the end nobody knew.

use std::collections::BTreeMap;

use base64::Engine;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use crate::ingest::lenient_json;

/// Levels of a name like `llm.input_messages.0.message.role` that are read as levels.
const MAX_LEVELS: usize = 12;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// Of several with one name the last counts.
    pub(super) fn new(pairs: Vec<KeyValue>) -> Self {
        Attributes(pairs.into_iter().map(|pair| (pair.key, value(pair.value))).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn has(&self, prefix: &str) -> bool {
        self.0.range(prefix.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(prefix))
    }

    /// The text of an attribute that stays.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// A text, or a number or truth as one; empty texts say nothing.
    pub(super) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text).filter(|text| !text.is_empty()),
            scalar @ (Value::Number(_) | Value::Bool(_)) => Some(scalar.to_string()),
            _ => None,
        }
    }

    /// The first of several names that has a text; all are taken.
    pub(super) fn take_first_text(&mut self, names: &[&str]) -> Option<String> {
        names.iter().fold(None, |found, name| {
            let text = self.take_text(name);
            found.or(text)
        })
    }

    /// A count: a whole number, or the text of one.
    pub(super) fn take_count(&mut self, names: &[&str]) -> Option<u64> {
        names.iter().fold(None, |found, name| {
            let count = self.take(name).and_then(|value| match value {
                // some clients send all numbers as floating ones
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                Value::Number(number) => number.as_u64().or_else(|| {
                    number.as_f64().filter(|count| (0.0..1e15).contains(count)).map(|count| count as u64)
                }),
                Value::String(text) => text.parse().ok(),
                _ => None,
            });
            found.or(count)
        })
    }

    /// A value that clients write as the text of some JSON, as JSON; a text that is none is a JSON text. No digit of a
    /// number changes.
    pub(super) fn take_json(&mut self, name: &str) -> Option<Box<RawValue>> {
        let value = self.take(name)?;
        if let Value::String(text) = &value
            && let Ok(json) = lenient_json::check(text.as_bytes())
            && json != "null"
        {
            return RawValue::from_string(json.into_owned()).ok();
        }
        to_raw_value(&value).ok()
    }

    /// The same, read.
    pub(super) fn take_value(&mut self, name: &str) -> Option<Value> {
        let value = self.take(name)?;
        Some(match &value {
            Value::String(text) => serde_json::from_str(text).unwrap_or(value),
            _ => value,
        })
    }

    /// The first of several names that has a value, read; all are taken.
    pub(super) fn take_first_value(&mut self, names: &[&str]) -> Option<Value> {
        names.iter().fold(None, |found, name| {
            let value = self.take_value(name);
            found.or(value)
        })
    }

    /// All attributes below a prefix, as one value: `a.0.b` is a list of objects.
    pub(super) fn take_nested(&mut self, prefix: &str) -> Option<Value> {
        let mut nested = Map::new();
        for (name, value) in self.take_below(prefix) {
            insert(&mut nested, &name, value, MAX_LEVELS);
        }
        (!nested.is_empty()).then(|| lists(Value::Object(nested)))
    }

    /// All attributes below a prefix, by the rest of their names.
    pub(super) fn take_below(&mut self, prefix: &str) -> Vec<(String, Value)> {
        let mut after = self.0.split_off(prefix);
        // the first name behind them: the names are sorted by their bytes
        let end = after.keys().find(|name| !name.starts_with(prefix)).cloned();
        if let Some(end) = end {
            self.0.append(&mut after.split_off(&end));
        }
        after
            .into_iter()
            .map(|(name, value)| (name.get(prefix.len()..).unwrap_or_default().to_owned(), value))
            .collect()
    }

    /// What is left.
    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn insert(object: &mut Map<String, Value>, name: &str, value: Value, levels: usize) {
    match name.split_once('.') {
        Some((first, rest)) if levels > 1 => {
            let inner = object.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                // the level itself has a value too
                *inner = Value::Object(Map::from_iter([(String::new(), inner.take())]));
            }
            if let Value::Object(inner) = inner {
                insert(inner, rest, value, levels - 1);
            }
        }
        _ => {
            object.insert(name.to_owned(), value);
        }
    }
}

/// Objects whose names are all numbers become lists in their order.
fn lists(value: Value) -> Value {
    let Value::Object(object) = value else { return value };
    let mut items: Vec<(String, Value)> =
        object.into_iter().map(|(name, value)| (name, lists(value))).collect();
    let numbers: Option<Vec<u64>> = items.iter().map(|(name, _)| name.parse().ok()).collect();
    match numbers {
        Some(_) if !items.is_empty() => {
            items.sort_by_key(|(name, _)| name.parse::<u64>().unwrap_or(u64::MAX));
            Value::Array(items.into_iter().map(|(_, value)| value).collect())
        }
        _ => Value::Object(items.into_iter().collect()),
    }
}

/// A value of OTLP as JSON. Bytes become base64; numbers that JSON has not become texts.
fn value(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        Some(any_value::Value::StringValue(text)) => Value::String(text),
        Some(any_value::Value::BoolValue(bool)) => Value::Bool(bool),
        Some(any_value::Value::IntValue(int)) => Value::from(int),
        Some(any_value::Value::DoubleValue(double)) => match serde_json::Number::from_f64(double) {
            Some(number) => Value::Number(number),
            None => Value::String(double.to_string()),
        },
        Some(any_value::Value::ArrayValue(array)) => {
            array.values.into_iter().map(|item| self::value(Some(item))).collect()
        }
        Some(any_value::Value::KvlistValue(list)) => {
            Value::Object(list.values.into_iter().map(|pair| (pair.key, self::value(pair.value))).collect())
        }
        Some(any_value::Value::BytesValue(bytes)) => {
            Value::String(base64::engine::general_purpose::STANDARD.encode(bytes))
        }
        // an index into a table that traces do not have
        Some(any_value::Value::StringValueStrindex(_)) | None => Value::Null,
    }
}

#[cfg(test)]
impl From<Value> for Attributes {
    fn from(json: Value) -> Self {
        match json {
            Value::Object(object) => Attributes(object.into_iter().collect()),
            _ => Attributes::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_with_levels() {
        let mut attributes =
            Attributes::from(json!({"a.10.x": 3, "a.2.x": 2, "a.0.x.y": 1, "a": 0, "ab": 5, "a.n": null}));
        attributes.take("a.n");
        assert!(attributes.has("a.") && !attributes.has("b"));
        assert_eq!(attributes.take_nested("a."), Some(json!([{"x": {"y": 1}}, {"x": 2}, {"x": 3}])));
        assert_eq!(attributes.take_nested("a."), None);
        assert_eq!(attributes.into_map(), *json!({"a": 0, "ab": 5}).as_object().unwrap());
        let mut odd = Attributes::from(json!({"p.a": 1, "p.a.b": 2, "p.0": 3}));
        assert_eq!(odd.take_nested("p."), Some(json!({"0": 3, "a": {"": 1, "b": 2}})));
        let mut deep = Attributes::from(json!({format!("p.{}", "a.".repeat(100_000)): 1}));
        assert!(deep.take_nested("p.").is_some());
    }

    #[test]
    fn texts_of_json() {
        let mut attributes = Attributes::from(
            json!({"a": "{\"n\":12345678901234567890.10}", "b": "plain", "c": ["x"], "d": "null"}),
        );
        assert_eq!(attributes.take_json("a").unwrap().get(), "{\"n\":12345678901234567890.10}");
        assert_eq!(attributes.take_json("b").unwrap().get(), "\"plain\"");
        assert_eq!(attributes.take_json("c").unwrap().get(), "[\"x\"]");
        assert_eq!(attributes.take_json("d").unwrap().get(), "\"null\"");
        assert!(attributes.take_json("e").is_none() && attributes.is_empty());
    }

    #[test]
    fn counts() {
        let mut attributes = Attributes::from(json!({"a": 5, "b": 6.0, "c": "7", "d": -1, "e": "x"}));
        let counts: Vec<_> =
            ["a", "b", "c", "d", "e"].iter().map(|name| attributes.take_count(&[name])).collect();
        assert_eq!(counts, [Some(5), Some(6), Some(7), None, None]);
    }
}
