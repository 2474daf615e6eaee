//! What cannot be written is marked where it stands, and the rest is recorded.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};
use serde_json::json;
use serde_json::value::RawValue;
use traceable::testing::Recorder;
use traceable::trace;

use crate::{Fails, recorded};

#[test]
fn keys_that_are_no_texts() {
    #[derive(Serialize, Hash, PartialEq, Eq)]
    enum Key {
        Point { x: u8 },
        Of(u8, char),
        None,
    }
    let (run, ..) = recorded(HashMap::from([(Key::Point { x: 1 }, 1), (Key::Of(1, 'a'), 2), (Key::None, 3)]));
    assert_eq!(run.inputs["value"], json!({r#"{"Point":{"x":1}}"#: 1, r#"{"Of":[1,"a"]}"#: 2, "None": 3}));
    let (run, ..) = recorded(BTreeMap::from([(Some((1, u128::MAX)), true), (None, false)]));
    assert_eq!(run.outputs, json!({format!("[1,{}]", u128::MAX): true, "null": false}));

    struct Floats;
    impl Serialize for Floats {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map([(f64::NAN, 1), (f64::INFINITY, 2), (f64::NEG_INFINITY, 3), (0.5, 4)])
        }
    }
    let (run, ..) = recorded(Floats);
    assert_eq!(run.inputs["value"], json!({"NaN": 1, "inf": 2, "-inf": 3, "0.5": 4}));
}

#[test]
fn a_part_that_fails_is_marked_alone() {
    #[derive(Serialize)]
    struct Request {
        question: &'static str,
        client: Fails,
        cell: RefCell<u8>,
        #[serde(flatten)]
        more: BTreeMap<&'static str, Option<Fails>>,
    }
    let more = BTreeMap::from([("more", Some(Fails)), ("none", None)]);
    let request = Request { question: "why?", client: Fails, cell: RefCell::new(1), more };
    let changed = request.cell.borrow_mut();
    let (run, _, counted) = recorded(&request);
    drop(changed);
    let marker = "[not recorded: no text for this]";
    let expected = json!({
        "question": "why?", "client": marker, "cell": "[not recorded: already mutably borrowed]", "more": marker,
        "none": null,
    });
    assert_eq!(run.inputs, json!({"value": expected}));
    assert_eq!(run.outputs, expected);
    assert!(counted >= 6, "{counted}");
}

/// What is added by hand is captured like an argument.
#[test]
fn raw_json_is_recorded_as_far_as_others_read_it() {
    let deep = RawValue::from_string(format!("{}1{}", "[".repeat(4000), "]".repeat(4000))).unwrap();
    let half = RawValue::from_string(r#"{"half": "\ud83d", "big": 1e999}"#.to_owned()).unwrap();
    let recorder = Recorder::new();
    recorder.scoped(|| {
        trace("block").metadata("deep", &deep).input("half", &half).scope(|run| {
            run.add_outputs(json!({"a": 1}));
            run.add_outputs(&deep);
        });
    });
    let run = recorder.run("block");
    let marker = "[not recorded: nested deeper than 120 levels]";
    assert_eq!(run.metadata["deep"], marker);
    assert_eq!(run.outputs, json!({"a": 1, "output": marker}));
    assert_eq!(run.inputs, json!({"half": {"half": "\u{fffd}", "big": "1e999"}}));
}
