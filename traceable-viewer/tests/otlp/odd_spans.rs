//! Spans that no good exporter sends: what becomes of them is an error or a run, and never the end of the server.

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, any_value};
use proptest::prelude::*;
use serde_json::{Value, json};
use traceable_viewer::RunStatus;

use crate::common::{server, server_with};
use crate::spans::{START, json as parsed, metadata, request, run_of, send, span, trace};

#[test]
fn times() {
    let running = run_of(json!({"id": 1, "end": 0}));
    assert_eq!((running.status, running.end_us), (RunStatus::Pending, None));
    let backwards = run_of(json!({"id": 1, "start": START, "end": START - 5_000_000}));
    assert_eq!((backwards.status, backwards.end_us), (RunStatus::Success, backwards.start_us));
    let without = run_of(json!({"id": 1, "start": 0, "end": START}));
    assert_eq!((without.start_us, without.end_us), (None, Some(1_795_357_087_784_420)));
    let far = run_of(json!({"id": 1, "start": u64::MAX, "end": u64::MAX}));
    assert!(far.start_us.is_some());
}

#[test]
fn names_that_are_empty_or_in_the_way() {
    let run = run_of(
        json!({"id": 1, "name": "", "attributes": {"": "nameless", "a..b": 1, ".": 2, "llm.input_messages.": 3,
        "llm.input_messages.x": 4, "gen_ai.prompt.0": "text", "gen_ai.prompt.18446744073709551616.role": "user",
        "openinference.span.kind": 5, "gen_ai.usage.input_tokens": -5, "gen_ai.operation.name": ["chat"],
        "langsmith.span.id": "no id", "session.id": {"a": 1}, "metadata": "[]", "request_data": "{", "events": "x"}}),
    );
    assert_eq!(run.name, "span");
    assert_eq!(metadata(&run)[""], "nameless");
}

#[test]
fn a_hundred_thousand_attributes() {
    let many: serde_json::Map<String, Value> =
        (0..100_000).map(|n| (format!("llm.input_messages.{n}.message.content"), json!("x"))).collect();
    let run = run_of(json!({"id": 1, "attributes": many}));
    assert_eq!(parsed(&run.inputs)["messages"].as_array().unwrap().len(), 100_000);
    let many: serde_json::Map<String, Value> = (0..100_000).map(|n| (format!("k{n}"), json!(n))).collect();
    let run = run_of(json!({"id": 1, "attributes": many}));
    assert_eq!(metadata(&run)["k99999"], 99_999);
}

#[test]
fn huge_texts_stay_whole() {
    let text = "h".repeat(20 << 20);
    let run = run_of(
        json!({"id": 1, "attributes": {"gen_ai.prompt": text, "gen_ai.completion": format!("{{\"t\":\"{text}\"}}")}}),
    );
    assert_eq!(parsed(&run.inputs)["input"].as_str().unwrap().len(), text.len());
    assert_eq!(parsed(&run.outputs)["t"].as_str().unwrap().len(), text.len());
}

#[test]
fn values_inside_of_values() {
    let nested = |depth: usize| {
        let mut value = AnyValue { value: Some(any_value::Value::IntValue(1)) };
        for _ in 0..depth {
            value =
                AnyValue { value: Some(any_value::Value::ArrayValue(ArrayValue { values: vec![value] })) };
        }
        let mut span = span(&json!({"id": 1}));
        span.attributes =
            vec![KeyValue { key: "deep".to_owned(), value: Some(value), ..KeyValue::default() }];
        request(&Value::Null, vec![span])
    };
    let server = server();
    assert_eq!(send(&server, &nested(40)).status, 200);
    let reply = send(&server, &nested(2_000));
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert!(reply.body.contains("not an export request of OTLP"), "{}", reply.body);
}

/// An empty attribute has two bytes on the wire: memory is taken for what it becomes, and given back.
#[test]
fn small_things_in_great_number() {
    let server = server_with(|builder| builder.max_memory_bytes(64 << 20));
    let mut span = span(&json!({"id": 1}));
    span.attributes = vec![KeyValue::default(); 1_000_000];
    let body = request(&Value::Null, vec![span.clone()]);
    assert!(body.len() < 3 << 20, "{}", body.len());
    assert_eq!(send(&server, &body).status, 413);
    let empty = format!("{{\"resourceSpans\":[{}]}}", vec!["{}"; 500_000].join(","));
    let reply = server.send("POST", "/v1/traces", &[("Content-Type", "application/json")], empty.as_bytes());
    assert_eq!(reply.status, 413, "{}", reply.body);
    span.attributes.truncate(1000);
    for _ in 0..3 {
        assert_eq!(send(&server, &request(&Value::Null, vec![span.clone()])).status, 200);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Cut or spoilt, a body is an answer, and the server goes on.
    #[test]
    fn spoilt_bodies(at in 0..400usize, byte in any::<u8>(), cut in any::<bool>()) {
        let server = server();
        let spans = vec![span(&json!({"id": 1, "attributes": {"gen_ai.prompt.0.role": "user", "a": [1, {"b": 2.5}]},
            "events": [{"name": "exception", "attributes": {"exception.message": "m"}}]}))];
        let mut body = request(&json!({"service.name": "s"}), spans);
        let at = at % body.len();
        if cut { body.truncate(at) } else { body[at] = byte }
        let reply = server.raw("POST", "/v1/traces", &[("Host", "localhost"), ("Content-Type", "application/x-protobuf")], &body);
        prop_assert!(matches!(reply.status, 200 | 400), "{}", reply.status);
        let whole = request(&Value::Null, vec![span(&json!({"id": 2, "trace": 5}))]);
        prop_assert_eq!(send(&server, &whole).status, 200);
        prop_assert!(!trace(&server).is_empty());
    }

    #[test]
    fn any_attributes(attributes in prop::collection::btree_map(
        "(llm|gen_ai|langsmith|traceloop|logfire|input|retrieval|events|request_data|metadata)(\\.(input_messages|prompt|completion|documents|value|span|kind|usage|0|1|message|content|tool_calls|messages|input)){0,5}",
        prop_oneof![
            Just(json!(1)), Just(json!(true)), Just(json!("text")), Just(json!("{\"a\":[1]}")), Just(json!("[{\"role\":\"user\",\"parts\":[{}]}]")),
            Just(json!(["x", 1])), Just(json!({"a": {"b": []}})), Just(json!(null)), Just(json!(0.5)),
        ],
        0..12,
    )) {
        let attributes: serde_json::Map<String, Value> = attributes.into_iter().collect();
        let run = run_of(json!({"id": 1, "name": "n", "attributes": attributes}));
        prop_assert!(parsed(&run.inputs).is_object() || run.inputs.is_none());
        prop_assert!(parsed(&run.outputs).is_object() || run.outputs.is_none());
        prop_assert!(parsed(&run.extra).is_object());
    }
}
