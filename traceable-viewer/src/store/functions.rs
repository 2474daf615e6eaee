//! What SQL cannot do by itself: unpack payloads, and look into their JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::extract;
use crate::model::encoded_text::EncodedText;

/// Registers the functions on a connection. Of null, each is null.
///
/// - `payload_text(blob)`: the text of a column of the table `payload`.
/// - `sha256(blob)`: its hash, by which files are stored.
/// - `json_at(json, path)`: the value inside a JSON text at a path, an array of keys: a text, a number, `'true'` or
///   `'false'`, the JSON of an object or array; null when there is none.
/// - `attributes(json)`: the short scalars of an object, as a JSON object of the texts that the table `attribute` has.
/// - `json_contains(json, part)`: whether a JSON text has all that `part` has: members of objects, elements of arrays.
pub(crate) fn register(conn: &Connection) -> rusqlite::Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("payload_text", 1, flags, |context| {
        let ValueRef::Blob(bytes) = context.get_raw(0) else { return Ok(None) };
        match EncodedText::decode(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(damage) => Err(Error::UserFunctionError(Box::new(damage))),
        }
    })?;
    conn.create_scalar_function("sha256", 1, flags, |context| {
        let ValueRef::Blob(bytes) = context.get_raw(0) else { return Ok(None) };
        Ok(Some(Sha256::digest(bytes).to_vec()))
    })?;
    conn.create_scalar_function("json_at", 2, flags, |context| {
        let Some((json, path)) = texts(context) else { return Ok(Value::Null) };
        let keys: Vec<Cow<'_, str>> =
            serde_json::from_str(path).map_err(|error| Error::UserFunctionError(Box::new(error)))?;
        Ok(value_at(json, &keys).unwrap_or(Value::Null))
    })?;
    conn.create_scalar_function("attributes", 1, flags, |context| {
        let Some(json) = text(context, 0) else { return Ok(None) };
        Ok(Some(extract::all_attributes(json).to_string()))
    })?;
    conn.create_scalar_function("json_contains", 2, flags, |context| {
        let Some((json, part)) = texts(context) else { return Ok(None) };
        // a text that is no JSON contains nothing
        let whole = serde_json::from_str(json).unwrap_or(serde_json::Value::Null);
        Ok(serde_json::from_str(part).ok().map(|part| contains(&whole, &part)))
    })
}

fn texts<'a>(context: &'a Context<'_>) -> Option<(&'a str, &'a str)> {
    Some((text(context, 0)?, text(context, 1)?))
}

fn text<'a>(context: &'a Context<'_>, at: usize) -> Option<&'a str> {
    match context.get_raw(at) {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}

/// Only what is on the way is read, whatever else the text holds.
fn value_at(json: &str, keys: &[Cow<'_, str>]) -> Option<Value> {
    let mut json = json.trim();
    for key in keys {
        let members: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_str(json).ok()?;
        json = members.get(key)?.get();
    }
    match serde_json::from_str(json).ok()? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(Value::Text(text)),
        serde_json::Value::Bool(value) => Some(Value::Text(value.to_string())),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Some(Value::Integer(number)),
            None => number.as_f64().map(Value::Real),
        },
        serde_json::Value::Object(_) | serde_json::Value::Array(_) => Some(Value::Text(json.to_owned())),
    }
}

fn contains(whole: &serde_json::Value, part: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (whole, part) {
        (Json::Object(whole), Json::Object(part)) => {
            part.iter().all(|(key, part)| whole.get(key).is_some_and(|whole| contains(whole, part)))
        }
        (Json::Array(whole), Json::Array(part)) => {
            part.iter().all(|part| whole.iter().any(|whole| contains(whole, part)))
        }
        (Json::Number(whole), Json::Number(part)) => extract::number(whole) == extract::number(part),
        _ => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(sql: &str) -> Value {
        let conn = Connection::open_in_memory().unwrap();
        register(&conn).unwrap();
        conn.query_row(&format!("SELECT {sql}"), (), |row| row.get(0)).unwrap()
    }

    #[test]
    fn values_inside() {
        let json = r#"'{"a": {"b": [1, 2.5], "t": "x", "yes": true, "n": null, "i": 7}, "f": 0.5}'"#;
        let at = |path: &str| ask(&format!("json_at({json}, '{path}')"));
        assert_eq!(at(r#"["a","t"]"#), Value::Text("x".to_owned()));
        assert_eq!(at(r#"["a","b"]"#), Value::Text("[1, 2.5]".to_owned()));
        assert_eq!(at(r#"["a","yes"]"#), Value::Text("true".to_owned()));
        assert_eq!((at(r#"["a","i"]"#), at(r#"["f"]"#)), (Value::Integer(7), Value::Real(0.5)));
        for nothing in [r#"["a","n"]"#, r#"["a","t","x"]"#, r#"["z"]"#] {
            assert_eq!(at(nothing), Value::Null, "{nothing}");
        }
        assert_eq!(ask("json_at('no json', '[]')"), Value::Null);
        assert_eq!(ask("json_at(NULL, '[]')"), Value::Null);
    }

    #[test]
    fn containment() {
        let holds = |whole: &str, part: &str| {
            ask(&format!("json_contains('{whole}', '{part}')")) == Value::Integer(1)
        };
        assert!(holds(r#"{"a": {"b": 1, "c": [1, {"d": 2}]}}"#, r#"{"a": {"c": [{"d": 2}]}}"#));
        assert!(holds(r#"{"a": 1}"#, "{}"));
        assert!(holds(r#"{"a": [1e3]}"#, r#"{"a": [1000.0]}"#));
        assert!(!holds(r#"{"a": 1}"#, r#"{"a": "1"}"#));
        assert!(!holds("no json", "{}"));
    }
}
