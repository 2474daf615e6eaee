//! Numbers are recorded as they are, wherever a run takes them.

use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde_json::{Value, json};
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{RunOperation, RunSink, trace};

use crate::recorded;

/// `Value` has no numbers of 128 bits: where one is read, it is the text of the digits. What is sent is the number.
#[test]
fn whole_numbers_of_128_bits_are_exact_wherever_they_are_recorded() {
    fn touch(_: &mut serde_json::Map<String, Value>) {}
    #[traceable(process_inputs = touch, process_outputs = |n: &u128| n - 1, metadata(attribute = n))]
    fn counts(n: u128, #[run_tree] run: RunTree) -> u128 {
        run.add_inputs(json!({"other": 1})).add_metadata("handle", n).add_event(Counted { n });
        run.add_outputs(Counted { n });
        run.set_usage(Counted { n });
        trace("block").input("n", n).inputs(Counted { n: n - 1 }).metadata("block", n).scope(|run| {
            run.set_outputs(Counted { n });
        });
        n
    }
    #[derive(Serialize, Clone, Copy)]
    struct Counted {
        n: u128,
    }
    let n = u128::MAX;
    let written = Arc::new(Written::default());
    let context = TracingContext::new().sink(written.clone()).metadata("context", n);
    context.scope(|| Extra::new().metadata("extra", i128::MIN).call(|| counts(n)));
    let run =
        RunTree::builder("manual").sink(written.clone()).metadata("builder", n).inputs(Counted { n }).build();
    run.post().set_inputs([n]).end_with(Counted { n }).patch();

    let parts = written.0.lock().unwrap().clone();
    let exact = |part: &str| assert!(parts.iter().any(|written| written == part), "{part} in {parts:#?}");
    exact(&format!(r#"{{"n":{n},"other":1}}"#));
    exact(&format!(r#"{{"n":{n},"output":{}}}"#, n - 1));
    exact(&format!(r#"{{"n":{}}}"#, n - 1));
    exact(&format!(r#"{{"n":{n}}}"#));
    exact(&format!(r#"{{"input":[{n}]}}"#));
    let all = parts.concat();
    for key in ["attribute", "handle", "block", "context", "builder"] {
        assert!(all.contains(&format!(r#""{key}":{n}"#)), "{key} in {all}");
    }
    assert!(all.contains(&format!(r#""extra":{}"#, i128::MIN)), "{all}");
    assert!(all.contains(&format!(r#""usage_metadata":{{"n":{n}}}"#)), "{all}");
    // events are `Value`s
    assert!(all.contains(&format!(r#""n":"{n}""#)), "{all}");

    let (run, ..) = recorded((n, i128::MIN));
    assert_eq!(run.outputs, json!({"output": [n.to_string(), i128::MIN.to_string()]}));
}

/// All JSON that it is given.
#[derive(Default)]
struct Written(Mutex<Vec<String>>);

impl RunSink for Written {
    fn submit(&self, operation: RunOperation) {
        let mut parts = self.0.lock().unwrap();
        let payloads = [&operation.inputs, &operation.outputs].into_iter().flatten();
        parts.extend(payloads.map(|payload| payload.as_str().to_owned()));
        let mut metadata = Vec::new();
        operation.write_metadata(&mut metadata);
        parts.push(String::from_utf8(metadata).unwrap());
        parts.push(serde_json::to_string(&operation.details().events).unwrap());
    }
}

#[test]
fn numbers_with_a_fraction_are_not_rounded_on_their_way() {
    let numbers = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, 1.0000000000000002, 123456789.12345679];
    let recorder = Recorder::new();
    recorder.scoped(|| {
        trace("block").metadata("numbers", numbers).input("numbers", numbers).scope(|run| {
            run.add_event(json!({"numbers": numbers}));
        });
    });
    let run = recorder.run("block");
    for numbers_of_run in [&run.metadata["numbers"], &run.inputs["numbers"], &run.events[0]["numbers"]] {
        assert_eq!(*numbers_of_run, json!(numbers));
    }
}
