//! Arguments and results that cannot be recorded: the call's own result is untouched, a marker stands in the run,
//! and it is counted.

mod exact;
mod parts;

use std::collections::HashMap;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use traceable::prelude::*;
use traceable::process::unrecorded_values;
use traceable::testing::{RecordedRun, Recorder};

#[traceable]
fn echo<T: Serialize>(value: T) -> T {
    value
}

/// Calls `echo` and returns what was recorded, the value, and how many markers were counted.
pub(crate) fn recorded<T: Serialize>(value: T) -> (RecordedRun, T, u64) {
    let (recorder, before) = (Recorder::new(), unrecorded_values());
    let value = recorder.scoped(|| echo(value));
    (recorder.run("echo"), value, unrecorded_values() - before)
}

/// Both sides hold this marker, and two values were counted (other tests of this process may count as well).
#[track_caller]
fn assert_marked<T: Serialize>(value: T, marker: &str) -> T {
    let (run, value, counted) = recorded(value);
    assert_eq!(run.inputs, json!({"value": marker}));
    assert_eq!(run.outputs, json!({"output": marker}));
    assert_eq!(run.error, None);
    assert!(counted >= 2, "{counted}");
    value
}

pub(crate) struct Fails;
impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no text for this"))
    }
}

struct Panics;
impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose")
    }
}

#[derive(Serialize)]
struct List {
    next: Option<Box<List>>,
}

impl Drop for List {
    fn drop(&mut self) {
        // one level at a time: dropping a long list the plain way would overflow the stack by itself
        let mut next = self.next.take();
        while let Some(mut list) = next {
            next = list.next.take();
        }
    }
}

struct Endless;
impl Serialize for Endless {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(std::iter::repeat(1))
    }
}

#[test]
fn a_serialize_that_fails_or_panics() {
    assert_marked(Fails, "[not recorded: no text for this]");
    assert_marked(Panics, "[not recorded: its serialization panicked]");
}

#[test]
fn a_serialize_that_never_ends() {
    let deep = (0..100_000).fold(List { next: None }, |list, _| List { next: Some(Box::new(list)) });
    assert_marked(deep, "[not recorded: nested deeper than 120 levels]");
    assert_marked(Endless, "[not recorded: larger than 10 MiB]");
}

#[test]
fn an_argument_of_200_mb() {
    let pages = assert_marked(vec!["x".repeat(1 << 20); 200], "[not recorded: larger than 10 MiB]");
    assert_eq!(pages.concat().len(), 200 << 20);
}

#[test]
fn what_json_cannot_say() {
    let (run, value, _) = recorded([f64::NAN, f64::INFINITY, 0.5]);
    assert!(value[0].is_nan());
    assert_eq!(run.inputs, json!({"value": [null, null, 0.5]}));
}

#[test]
fn one_bad_argument_does_not_take_the_others_along() {
    #[traceable]
    fn two(bad: Panics, good: i32) -> i32 {
        let _ = bad;
        good
    }
    let recorder = Recorder::new();
    recorder.scoped(|| two(Panics, 7));
    let run = recorder.run("two");
    assert_eq!(run.inputs, json!({"bad": "[not recorded: its serialization panicked]", "good": 7}));
    assert_eq!(run.outputs, json!({"output": 7}));
}

struct Unspeakable;
impl fmt::Display for Unspeakable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("on purpose")
    }
}

#[test]
fn an_error_that_cannot_be_displayed() {
    #[traceable]
    fn fails() -> Result<(), Unspeakable> {
        Err(Unspeakable)
    }
    let recorder = Recorder::new();
    assert!(recorder.scoped(fails).is_err());
    assert_eq!(recorder.run("fails").error.unwrap(), "[not recorded: the error's Display panicked]");
}

#[test]
fn hooks_that_panic() {
    #[traceable(process_inputs = fail_inputs, process_outputs = fail_outputs)]
    fn hooked(secret: &str) -> usize {
        secret.len()
    }
    fn fail_inputs(_: &mut serde_json::Map<String, Value>) {
        panic!("on purpose")
    }
    fn fail_outputs(_: &usize) -> usize {
        panic!("on purpose")
    }
    let recorder = Recorder::new();
    assert_eq!(recorder.scoped(|| hooked("hunter2")), 7);
    let run = recorder.run("hooked");
    // what the hook was to take out must not be seen
    assert_eq!(run.inputs, json!({"inputs": "[not recorded: process_inputs panicked]"}));
    assert_eq!(run.outputs, json!({"output": "[not recorded: its hook panicked]"}));

    #[traceable(process_error = |_: &u8| -> String { panic!("on purpose") })]
    fn fails() -> Result<(), u8> {
        Err(7)
    }
    assert_eq!(recorder.scoped(fails), Err(7));
    assert_eq!(recorder.run("fails").error.as_deref(), Some("[not recorded: its hook panicked]"));
}

#[test]
fn expressions_of_the_attribute_that_panic() {
    fn first(items: &[i32]) -> i32 {
        items[0]
    }
    fn never(_: &String) -> bool {
        panic!("on purpose")
    }
    #[traceable(skip(items), inputs(first = first(items)), metadata(first = first(items)), handled = never)]
    fn fragile(items: &[i32]) -> Result<(), String> {
        Err(format!("{} items", items.len()))
    }
    let recorder = Recorder::new();
    assert!(recorder.scoped(|| fragile(&[])).is_err());
    let run = recorder.run("fragile");
    assert_eq!(run.inputs, json!({"first": "[not recorded: its expression panicked]"}));
    assert_eq!(run.metadata["first"], "[not recorded: its expression panicked]");
    assert_eq!(run.error.as_deref(), Some("0 items"));
}

#[test]
fn a_sink_that_panics() {
    struct Panics;
    impl traceable::RunSink for Panics {
        fn submit(&self, _: traceable::RunOperation) {
            panic!("on purpose")
        }
    }
    let context = traceable::TracingContext::new().sink(std::sync::Arc::new(Panics));
    assert_eq!(context.scope(|| echo(1)), 1);
}

#[test]
fn an_error_of_many_megabytes() {
    #[traceable]
    fn fails() -> Result<(), String> {
        Err("x".repeat(20 << 20))
    }
    let recorder = Recorder::new();
    assert_eq!(recorder.scoped(fails).unwrap_err().len(), 20 << 20);
    assert!(recorder.run("fails").error.unwrap().len() < 2 << 20);
}

#[test]
fn text_from_outside_that_cannot_be_read() {
    let error = "garbage".parse::<traceable::DottedOrder>().unwrap_err();
    assert!(error.to_string().starts_with("malformed dotted order: each part must be"), "{error}");
    let headers = HashMap::from([("langsmith-trace".to_owned(), "garbage".to_owned())]);
    let error = traceable::RunTree::from_headers(&headers).unwrap_err();
    assert!(error.to_string().starts_with("malformed `langsmith-trace` header: "), "{error}");
    assert_eq!(traceable::RunTree::from_headers(&HashMap::new()), Ok(None));
}
