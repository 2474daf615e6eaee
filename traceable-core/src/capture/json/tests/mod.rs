//! Beside `serde_json`, which says what is right.

mod failing;

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use self::failing::Fails;
use super::buffer::Json;
use crate::capture::limits::MAX_BYTES;

fn ours<T: Serialize + ?Sized>(value: &T, limit: usize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    let mut json = Json::new(&mut out, limit);
    value.serialize(&mut json)?;
    json.finish()?;
    Ok(String::from_utf8(out).unwrap())
}

/// Both have written the same.
fn compare<T: Serialize + ?Sized>(value: &T) {
    assert_eq!(ours(value, MAX_BYTES).unwrap(), serde_json::to_string(value).unwrap());
}

/// Short texts of what has to be escaped, what looks like it, and what is longer than a byte; some longer ones.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        3 => proptest::char::range('\0', '\u{80}'),
        1 => Just('"'),
        1 => Just('\\'),
        1 => any::<char>(),
        8 => proptest::char::range('a', 'z'),
    ];
    proptest::collection::vec(character, 0..100).prop_map(String::from_iter)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((text(), inner), 0..6)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

proptest! {
    #[test]
    fn any_value(value in value()) {
        compare(&value);
    }

    /// Escapes lie at all places of a step, and across two.
    #[test]
    fn any_text(text in text()) {
        compare(&text);
        compare(text.as_bytes());
        compare(&format_args!("{text}{}{text:?}", 7));
    }

    /// A limit is kept, and what fits is written.
    #[test]
    fn any_limit(value in value(), limit in 0_usize..400) {
        let whole = serde_json::to_string(&value).unwrap();
        match ours(&value, limit) {
            Ok(written) => prop_assert_eq!(written, whole),
            Err(error) => {
                prop_assert!(whole.len() > limit);
                prop_assert_eq!(error.to_string(), "larger than 10 MiB");
            }
        }
    }
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct New(i8);

#[derive(Serialize)]
struct Pair(u8, Option<char>);

#[derive(Serialize)]
struct Named<T> {
    first: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<T>,
    #[serde(flatten)]
    more: BTreeMap<String, T>,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Plain,
    Of(i64),
    Both(u8, bool),
    Named { side: u32 },
    Empty {},
}

#[test]
fn all_that_serde_knows() {
    compare(&Unit);
    compare(&New(-8));
    compare(&(Pair(1, Some('\u{1f980}')), Pair(2, Some('"')), Pair(0, None), ()));
    for shape in
        [Shape::Plain, Shape::Of(-1), Shape::Both(1, true), Shape::Named { side: 3 }, Shape::Empty {}]
    {
        compare(&shape);
        compare(&[shape, Shape::Plain]);
    }
    let more = BTreeMap::from([("x".to_owned(), 1.5), ("y".to_owned(), -0.0)]);
    compare(&Named { first: f64::MIN_POSITIVE, second: None, more: BTreeMap::new() });
    compare(&Named { first: 1e300, second: Some(f64::NAN), more });
    compare(&(u128::MAX, i128::MIN, f32::MAX, f32::INFINITY, 0.1_f32, true, false));
    compare(&(Some(Some(1)), None::<u8>, [(); 2], [0_u8; 0], Vec::<Unit>::new()));
}

#[test]
fn keys_that_are_no_texts() {
    compare(&BTreeMap::from([(-1_i8, 1), (2, 2)]));
    compare(&BTreeMap::from([(u128::MAX, 1)]));
    compare(&BTreeMap::from([(true, 1), (false, 2)]));
    compare(&BTreeMap::from([('"', 1), ('x', 2)]));
    compare(&BTreeMap::from([(Shape::Plain, 1)]));
    compare(&BTreeMap::from([(Some("a"), 1)]));

    struct Keyed(f64);
    impl Serialize for Keyed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry(&self.0, "x")?;
            map.end()
        }
    }
    compare(&Keyed(1.5));
    compare(&Keyed(-2e100));

    fn becomes<K: Serialize>(key: K, expected: &str) {
        struct Keyed<K>(K);
        impl<K: Serialize> Serialize for Keyed<K> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map([(&self.0, 1), (&self.0, 2)])
            }
        }
        let expected = serde_json::to_string(expected).unwrap();
        assert_eq!(ours(&Keyed(key), MAX_BYTES).unwrap(), format!("{{{expected}:1,{expected}:2}}"));
    }
    becomes((), "null");
    becomes(None::<u8>, "null");
    becomes((1, "a"), r#"[1,"a"]"#);
    becomes(Some((u128::MAX, 'x', true)), &format!(r#"[{},"x",true]"#, u128::MAX));
    becomes(Shape::Of(1), r#"{"Of":1}"#);
    becomes(Shape::Named { side: 1 }, r#"{"Named":{"side":1}}"#);
    becomes(BTreeMap::from([((1, 2), 3)]), r#"{"[1,2]":3}"#);
    becomes([f64::NAN, f64::INFINITY], r#"["NaN","inf"]"#);
    becomes(f64::NAN, "NaN");
    becomes(f32::NEG_INFINITY, "-inf");
    becomes(Fails, "[not recorded: on purpose]");
    becomes(Some([Fails]), r#"["[not recorded: on purpose]"]"#);
}

#[test]
fn raw_json_stays_as_it_is() {
    let raw = RawValue::from_string(r#"{"a" : [1.50, "\u0041\n\""]}"#.to_owned()).unwrap();
    compare(&raw);
    compare(&json!([1, 2]));
    compare(&[&raw, &raw]);
    compare(&BTreeMap::from([("k", &raw)]));
}

/// It needs no more room than it takes, however many of its characters a text would have to escape.
#[test]
fn raw_json_that_fits_is_written() {
    let raw = RawValue::from_string(format!("[{}\"\"]", "\"\",".repeat(100))).unwrap();
    assert_eq!(ours(&raw, raw.get().len()).unwrap(), raw.get());
    let error = ours(&raw, raw.get().len() - 1).unwrap_err();
    assert_eq!(error.to_string(), "larger than 10 MiB");
}

/// As `serde_json`'s own types do, but with what is no text.
#[test]
fn raw_json_that_is_no_text_is_refused() {
    struct Raw;
    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut raw = serializer.serialize_struct("$serde_json::private::RawValue", 1)?;
            raw.serialize_field("$serde_json::private::RawValue", &1)?;
            raw.end()
        }
    }
    assert_eq!(ours(&Raw, MAX_BYTES).unwrap_err().to_string(), "raw JSON must be a string");
    assert_eq!(ours(&[Raw], MAX_BYTES).unwrap(), r#"["[not recorded: raw JSON must be a string]"]"#);
}

#[test]
fn raw_json_is_json_that_every_reader_takes() {
    struct Raw(String);
    impl Serialize for Raw {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut raw = serializer.serialize_struct("$serde_json::private::RawValue", 1)?;
            raw.serialize_field("$serde_json::private::RawValue", &self.0)?;
            raw.end()
        }
    }
    let written = ours(&[Raw("{".to_owned())], MAX_BYTES).unwrap();
    assert!(written.starts_with(r#"["[not recorded: raw JSON: EOF"#), "{written}");
    assert_eq!(ours(&Raw(r#""\ud800""#.to_owned()), MAX_BYTES).unwrap(), r#""\ufffd""#);
    let deep = RawValue::from_string(format!("{}{}", "[".repeat(200), "]".repeat(200))).unwrap();
    assert_eq!(ours(&deep, MAX_BYTES).unwrap_err().to_string(), "nested deeper than 120 levels");
}

/// What has to be escaped becomes six times as long, but not all at once.
#[test]
fn little_more_than_the_limit_is_made() {
    let mut out = Vec::new();
    let text = "\u{1}".repeat(1 << 20);
    assert!(text.serialize(&mut Json::new(&mut out, (1 << 20) + 2)).is_err());
    assert!(out.len() < (1 << 20) + 1024, "{}", out.len());
}
