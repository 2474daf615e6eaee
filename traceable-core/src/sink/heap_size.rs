//! How many bytes of memory values take beside their own structure.

use serde_json::{Map, Value};

use super::text::Text;

/// A node of the tree that a `Map` is has room for so many entries.
const NODE_ENTRIES: usize = 11;
/// Where there are several nodes, so many are used of each.
const TYPICAL_ENTRIES: usize = 8;
const NODE: usize = NODE_ENTRIES * size_of::<(String, Value)>() + 16;

/// What the entries of a map take.
fn of_map(map: &Map<String, Value>) -> usize {
    let content: usize = map.iter().map(|(key, value)| key.capacity() + of_value(value)).sum();
    // a map that grew beyond one node has nodes that are not full
    let nodes =
        if map.len() <= NODE_ENTRIES { map.len().min(1) } else { map.len().div_ceil(TYPICAL_ENTRIES) };
    content + nodes * NODE
}

pub(super) fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.capacity(),
        Value::Array(items) => of_values(items),
        Value::Object(map) => of_map(map),
    }
}

pub(super) fn of_values(values: &Vec<Value>) -> usize {
    values.capacity() * size_of::<Value>() + values.iter().map(of_value).sum::<usize>()
}

pub(crate) fn of_texts(texts: &Vec<Text>) -> usize {
    texts.capacity() * size_of::<Text>() + texts.iter().map(of_text).sum::<usize>()
}

pub(crate) fn of_text(text: &Text) -> usize {
    match text {
        Text::Borrowed(_) => 0,
        Text::Owned(text) => text.capacity(),
    }
}
