//! Values that the program adds to a run, as JSON objects.

use serde::Serialize;
use serde_json::{Map, Value};

use super::payload::Payload;

/// Captured like any argument, so a failing `Serialize` becomes a marker.
pub(crate) fn to_value<T: Serialize + ?Sized>(value: &T) -> Value {
    Payload::of(value).to_value()
}

pub(crate) fn to_object<T: Serialize + ?Sized>(value: &T, key: &str) -> Map<String, Value> {
    match to_value(value) {
        Value::Object(object) => object,
        Value::Null => Map::new(),
        other => Map::from_iter([(key.to_owned(), other)]),
    }
}

/// As [`to_object`], as bytes: nearly every value that is given here is an object already, and stays as it was
/// written.
pub(crate) fn to_object_bytes<T: Serialize + ?Sized>(value: &T, key: &str) -> Payload {
    let payload = Payload::of(value);
    match payload.as_bytes() {
        [b'{', ..] => payload,
        b"null" => Payload::of(&Map::new()),
        _ => Payload::of(&Map::from_iter([(key.to_owned(), payload.to_value())])),
    }
}
