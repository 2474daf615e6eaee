//! Traces that go on in another process.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::json;
use traceable::{Extra, RunTree, Timestamp, TracingContext, traceable};
use uuid::Uuid;

use crate::compare::{Captured, Sending, golden, requests_of};
use crate::operation::{Operation, received};

/// What the Python SDK sent for the first run of the capture.
const TRACE: &str = "20261122T133014472497Z01a20373-4048-75be-8922-6d54cb823837";
const BAGGAGE: &str = "langsmith-metadata=\
                       %7B%22k%22%3A%22v%2C%3D%C3%A9%20x%22%2C%22ls_method%22%3A%22traceable%22%7D,\
                       langsmith-tags=svc-a,langsmith-project=proj%20%C3%A9%2C%3D1";

// @traceable
// def svc_a(): global headers; headers = get_current_run_tree().to_headers(); return 1
// svc_a(langsmith_extra={"tags": ["svc-a"], "metadata": {"k": "v,=é x"}, "project_name": "proj é,=1"})
//
// @traceable
// def svc_b(x): return x
// with tracing_context(parent=headers): svc_b(1)
// with tracing_context(parent={k.encode(): v.encode() for k, v in headers.items()}): svc_b(2)
#[test]
fn distributed() {
    static HEADERS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());
    #[traceable]
    fn svc_a(#[run_tree] rt: RunTree) -> i32 {
        *HEADERS.lock().unwrap() = rt.to_headers();
        1
    }
    #[traceable]
    fn svc_b(x: i32) -> i32 {
        x
    }
    golden(include_str!("captures/distributed.json"), Captured::Apart, [], || {
        Extra::new().tag("svc-a").metadata("k", "v,=é x").project("proj é,=1").call(svc_a);
        let headers = HEADERS.lock().unwrap().clone();
        assert_eq!(headers[1], ("baggage".to_owned(), BAGGAGE.to_owned()));
        TracingContext::new().parent(&headers).scope(|| svc_b(1));
        // names of headers may come in any case
        let headers = headers.into_iter().map(|(name, value)| (name.to_uppercase(), value));
        let headers: HashMap<_, _> = headers.collect();
        Extra::new().parent(&headers).call(|| svc_b(2));
    });
}

#[test]
fn headers_are_the_python_sdks_to_the_byte() {
    let (time, id) = TRACE.split_at(22);
    assert_eq!(time, "20261122T133014472497Z");
    let run = RunTree::builder("svc_a")
        .run_id(Uuid::parse_str(id).unwrap())
        .start_time(Timestamp::from_micros(1_795_354_214_472_497))
        .tags(["svc-a"])
        .metadata("k", "v,=é x")
        // what `@traceable` adds to its own runs
        .metadata("ls_method", "traceable")
        .project("proj é,=1")
        .build();
    let expected = [("langsmith-trace", TRACE), ("baggage", BAGGAGE)];
    assert_eq!(run.to_headers(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn headers_of_the_python_sdk_are_understood() {
    #[traceable]
    fn svc_b() {}
    // of another run: an id names one, and the test above gives it to its own
    let trace = TRACE.replace("01a20373", "01a20374");
    let requests = requests_of(Sending::Together, || {
        Extra::new()
            .parent([("langsmith-trace", trace.as_str()), ("baggage", BAGGAGE)].as_slice())
            .call(svc_b);
    });
    let operations = received(&requests);
    let [Operation { id, fields, .. }] = &operations[..] else { panic!("{} operations", operations.len()) };
    let main = &fields["main"];
    assert_eq!(main["trace_id"], trace[22..]);
    assert_eq!(main["parent_run_id"], trace[22..]);
    assert!(main["dotted_order"].as_str().unwrap().starts_with(&format!("{trace}.")));
    assert!(main["dotted_order"].as_str().unwrap().ends_with(id));
    assert_eq!((&main["session_name"], &main["tags"]), (&json!("proj é,=1"), &json!(["svc-a"])));
    assert_eq!(fields["extra"]["metadata"], json!({"k": "v,=é x", "ls_method": "traceable"}));
}
