//! JSON objects whose members stay as they were written: what the program adds to a run, member by member.
//!
//! Made into `serde_json::Value`s and written again, whole numbers of 128 bits would be rounded.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::limits::MAX_BYTES;
use super::payload::Payload;
use super::writer::{capture, too_large};

/// A JSON object. Clones share what is long. Each key once, in order of the keys: most have a few, for which a list takes a
/// fraction of the memory that a tree does, and thousands of runs may wait for a server.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct JsonObject(Vec<(String, Payload)>);

impl JsonObject {
    /// What `value` serialises to, if that is an object; an object of nothing for `null`; anything else is put under
    /// `key`. Captured like any argument, so a failing `Serialize` becomes a marker.
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T, key: &str) -> JsonObject {
        JsonObject::read(&Payload::of(value), key)
    }

    /// As [`of`](Self::of), of what is serialised already.
    pub(crate) fn read(payload: &Payload, key: &str) -> JsonObject {
        match payload.as_bytes() {
            [b'{', ..] => {
                if let Some(members) = members(payload) {
                    return members;
                }
            }
            b"null" => return JsonObject::default(),
            _ => {}
        }
        JsonObject::default().with(key, payload.clone())
    }

    /// The members of an object that comes from outside: each is captured like an argument.
    pub(crate) fn parse(json: &str) -> JsonObject {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).unwrap_or_default();
        JsonObject(members.into_iter().map(|(key, value)| (key, Payload::of(value))).collect())
    }

    /// Adds or replaces one member.
    pub(crate) fn insert(&mut self, key: impl Into<String>, value: Payload) {
        let key = key.into();
        match self.find(&key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(key))
    }

    /// How many bytes of memory it takes beside its own structure.
    pub(crate) fn heap_size(&self) -> usize {
        let members = self.0.iter().map(|(key, value)| key.capacity() + value.heap_size());
        self.0.capacity() * size_of::<(String, Payload)>() + members.sum::<usize>()
    }

    fn with(mut self, key: impl Into<String>, value: Payload) -> JsonObject {
        self.insert(key, value);
        self
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Ok(at) = self.find(key) {
            self.0.remove(at);
        }
    }

    /// Adds or replaces all members of another one.
    pub(crate) fn extend(&mut self, more: JsonObject) {
        if self.0.is_empty() {
            *self = more;
        } else {
            more.0.into_iter().for_each(|(key, value)| self.insert(key, value));
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Payload> {
        self.find(key).ok().map(|at| &self.0[at].1)
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Payload)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The whole as one JSON object; if it is too large to be recorded, with a marker under `key` alone.
    pub(crate) fn to_payload(&self, key: &str) -> Payload {
        let whole = capture(|writer| {
            let mut separator = b'{';
            for (key, value) in &self.0 {
                writer.out.push(separator);
                separator = b',';
                writer.text(key);
                writer.out.push(b':');
                writer.out.extend_from_slice(value.as_bytes());
            }
            if separator == b'{' {
                writer.out.push(b'{');
            }
            writer.out.push(b'}');
        });
        if whole.len() <= MAX_BYTES {
            return whole;
        }
        let marked = JsonObject::default().with(key, capture(|writer| writer.marker(&too_large())));
        marked.to_payload(key)
    }

    /// The members as `Value`s, see [`Payload::to_value`].
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        self.0.iter().map(|(key, value)| (key.clone(), value.to_value())).collect()
    }
}

impl From<Map<String, Value>> for JsonObject {
    fn from(map: Map<String, Value>) -> JsonObject {
        // a map has another order with serde_json's feature `preserve_order`
        let members: BTreeMap<String, Payload> =
            map.into_iter().map(|(key, value)| (key, Payload::of(&value))).collect();
        JsonObject(members.into_iter().collect())
    }
}

/// The members of an object; the last of those that have the same key.
fn members(payload: &Payload) -> Option<JsonObject> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(payload.as_bytes()).ok()?;
    let members = members.into_iter().map(|(key, value)| (key, Payload::trusted(value.get().as_bytes())));
    Some(JsonObject(members.collect()))
}

/// As [`JsonObject::of`], as bytes: nearly every value that is given here is an object already, and stays as it was
/// written.
pub(crate) fn to_object_bytes<T: Serialize + ?Sized>(value: &T, key: &str) -> Payload {
    let payload = Payload::of(value);
    match payload.as_bytes() {
        [b'{', ..] => payload,
        _ => JsonObject::read(&payload, key).to_payload(key),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_stay_as_they_were_written() {
        let mut object = JsonObject::of(&json!({"b": 1, "a": "x"}), "input");
        object.insert("n", Payload::of(&u128::MAX));
        object.extend(JsonObject::of(&[0.1_f32], "list"));
        object.extend(JsonObject::of(&(), "nothing"));
        let written = object.to_payload("object");
        assert_eq!(written.as_str(), format!(r#"{{"a":"x","b":1,"list":[0.1],"n":{}}}"#, u128::MAX));
        assert_eq!(JsonObject::read(&written, "object"), object);
        assert_eq!(JsonObject::default().to_payload("object").as_str(), "{}");
    }

    #[test]
    fn parts_that_fit_may_be_too_large_together() {
        let mut object = JsonObject::default();
        for key in ["a", "b", "c"] {
            object.insert(key, Payload::of(&"x".repeat(4 << 20)));
        }
        let written = object.to_payload("inputs");
        assert_eq!(written.as_str(), r#"{"inputs":"[not recorded: larger than 10 MiB]"}"#);
    }

    #[test]
    fn it_is_what_a_map_would_be() {
        let (mut object, mut map) = (JsonObject::default(), Map::new());
        for (n, key) in ["b", "a", "c", "b", "", "a"].into_iter().enumerate() {
            object.insert(key, Payload::of(&n));
            map.insert(key.to_owned(), n.into());
            assert_eq!((object.to_map(), object.contains_key("zz")), (map.clone(), false));
        }
        object.remove("c");
        object.remove("zz");
        object.extend(JsonObject::from(Map::from_iter([
            ("a".to_owned(), 9.into()),
            ("d".to_owned(), 1.into()),
        ])));
        assert_eq!(Value::from(object.to_map()), serde_json::json!({"": 4, "a": 9, "b": 3, "d": 1}));
    }
}
