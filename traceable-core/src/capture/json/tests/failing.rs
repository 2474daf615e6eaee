//! Values that fail to serialise, whole or in a part.

use std::collections::BTreeMap;

use serde::ser::{SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use super::{Named, ours};
use crate::capture::limits::MAX_BYTES;

/// Writes half of itself.
pub(super) struct Fails;

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(None)?.serialize_entry("half", &[1])?;
        Err(serde::ser::Error::custom("on purpose"))
    }
}

#[test]
fn a_part_that_fails_does_not_take_the_others_along() {
    #[derive(Serialize)]
    enum Variant {
        One(Fails),
        Two(Fails, u8),
        Field { fails: Fails },
    }
    let more = BTreeMap::from([("b".to_owned(), Some(Fails))]);
    let all = (
        Named { first: Some(Fails), second: None, more },
        [Variant::One(Fails), Variant::Two(Fails, 1), Variant::Field { fails: Fails }],
        BTreeMap::from([(1, vec![Fails])]),
        Ok::<_, ()>(Fails),
    );
    let marked = r#"[{"first":X,"b":X},[X,{"Two":[X,1]},{"Field":{"fails":X}}],{"1":[X]},X]"#;
    assert_eq!(ours(&all, MAX_BYTES).unwrap(), marked.replace('X', r#""[not recorded: on purpose]""#));
}

/// What goes on after a limit has left half of a value behind.
#[test]
fn what_goes_on_after_an_error_is_not_whole() {
    struct List(String);
    impl Serialize for List {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(None)?;
            let _ = list.serialize_element(&self.0);
            list.serialize_element(&1)?;
            list.end()
        }
    }
    struct Object(String);
    impl Serialize for Object {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut object = serializer.serialize_struct("Object", 2)?;
            let _ = object.serialize_field("long", &self.0);
            object.serialize_field("one", &1)?;
            object.end()
        }
    }
    struct Entry {
        has_key: bool,
    }
    impl Serialize for Entry {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            let _ = if self.has_key { map.serialize_key("half") } else { map.serialize_value("half") };
            map.end()
        }
    }
    fn refused(value: &impl Serialize, expected: &str) {
        assert_eq!(ours(value, 100).unwrap_err().to_string(), expected);
    }
    let long = "x".repeat(200);
    refused(&List(long.clone()), "its serialization went on after an error");
    refused(&Object(long), "its serialization went on after an error");
    let out_of_turn = "a map with keys that have no value, or values that have no key";
    refused(&Entry { has_key: true }, out_of_turn);
    refused(&Entry { has_key: false }, "its serialization went on after an error");
    let marked = ours(&[Entry { has_key: true }], 200).unwrap();
    assert_eq!(marked, format!(r#"["[not recorded: {out_of_turn}]"]"#));
}

#[test]
fn a_display_that_fails_is_an_error() {
    struct Fails;
    impl std::fmt::Display for Fails {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            Err(std::fmt::Error)
        }
    }
    impl Serialize for Fails {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    assert_eq!(ours(&Fails, MAX_BYTES).unwrap_err().to_string(), "its `Display` failed");
}

#[test]
fn a_display_that_goes_on_after_an_error_is_an_error() {
    struct GoesOn;
    impl std::fmt::Display for GoesOn {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let _ = f.write_str("too long for it");
            f.write_str("short")
        }
    }
    assert_eq!(ours(&format_args!("{GoesOn}"), 10).unwrap_err().to_string(), "larger than 10 MiB");
}
