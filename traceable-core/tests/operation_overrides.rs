//! A sink may change what an operation says: for that operation alone.

use std::sync::{Arc, Mutex};

use serde_json::{Map, json};

use traceable_core::{RunOperation, RunSink, RunType, TracingContext, trace};

#[derive(Default)]
struct Keeps(Mutex<Vec<RunOperation>>);

impl RunSink for Keeps {
    fn submit(&self, operation: RunOperation) {
        self.0.lock().unwrap().push(operation);
    }
}

fn operation() -> RunOperation {
    let kept = Arc::new(Keeps::default());
    let context = TracingContext::new().tag("above").metadata("from", "above").metadata("own", "above");
    context.sink(kept.clone()).scope(|| {
        trace("run").tag("own").metadata("own", 1).project("p").scope(|_| ());
    });
    kept.0.lock().unwrap().pop().unwrap()
}

#[test]
fn an_operation_says_what_it_is_told_to_and_its_copy_what_it_said() {
    let mut changed = operation();
    let before = changed.clone();
    changed.set_name("other");
    changed.set_run_type(RunType::Tool);
    changed.set_project(None);
    assert_eq!((changed.name(), changed.project()), ("other", None));
    assert_eq!(changed.run_type(), RunType::Tool);
    assert_eq!(changed.id(), before.id());
    assert_eq!(changed.dotted_order(), before.dotted_order());
    assert!(changed.size() > size_of::<RunOperation>());
    assert_eq!((before.name(), before.project()), ("run", Some("p")));
    assert_eq!(before.run_type(), RunType::Chain);
}

#[test]
fn tags_and_metadata_are_replaced_apart_and_whole() {
    let mut tagged = operation();
    let before = tagged.clone();
    assert!(before.tags().eq(["above", "own"]), "{:?}", before.tags().collect::<Vec<_>>());
    tagged.set_tags(["new".to_owned()]);
    assert!(tagged.tags().eq(["new"]));
    assert_eq!(tagged.metadata(), before.metadata());
    let mut described = before.clone();
    described.set_metadata(Map::from_iter([("k".to_owned(), json!(2))]));
    assert!(described.tags().eq(["above", "own"]));
    let mut expected = Map::from_iter([("k".to_owned(), json!(2))]);
    if let Some(method) = before.metadata().get("ls_method") {
        expected.insert("ls_method".to_owned(), method.clone());
    }
    assert_eq!(described.metadata(), expected);
    let mut written = Vec::new();
    described.write_metadata(&mut written);
    assert_eq!(serde_json::from_slice::<Map<_, _>>(&written).unwrap(), expected);
}
