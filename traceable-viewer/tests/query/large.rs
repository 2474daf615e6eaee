//! Objects with more members than the table of attributes takes, and numbers as JSON may write them.

use serde_json::{Map, Value, json};

use crate::common::{Server, server};
use crate::{by_filter, world};

/// Names of the runs that a filter finds.
fn found(server: &Server, filter: &str) -> Vec<String> {
    let page = server.query(&by_filter(filter)).unwrap_or_else(|error| panic!("{filter}: {error}"));
    page.runs.into_iter().map(|run| run.name).collect()
}

fn run(number: usize, name: &str, metadata: Value, inputs: Value) -> Value {
    json!({"id": world::id(number), "trace_id": world::id(number), "name": name, "run_type": "chain",
        "start_time": world::iso(world::EPOCH_US), "inputs": inputs, "extra": {"metadata": metadata}})
}

fn send(server: &Server, runs: &Value) {
    let reply = server.json("POST", "/runs/batch", &json!({"post": runs}));
    assert_eq!(reply.status, 202, "{}", reply.body);
}

#[test]
fn what_comes_late_is_found() {
    let many = |value: &str| -> Value {
        let keys: Map<String, Value> =
            (0..150).map(|number| (format!("k{number:03}"), value.into())).collect();
        keys.into()
    };
    let server = server();
    let mut metadata = many("x");
    metadata["thread_id"] = "late".into();
    metadata["zz"] = "v".into();
    let mut inputs = many("y");
    inputs["zz"] = 1.5.into();
    send(
        &server,
        &json!([
            run(0, "large", metadata, inputs),
            run(1, "small", json!({"zz": "w", "thread_id": "early"}), json!({"zz": 2})),
        ]),
    );
    for (filter, names) in [
        ("eq(thread_id, \"late\")", &["large"][..]),
        ("eq(metadata.zz, \"v\")", &["large"]),
        ("eq(metadata.zz, \"w\")", &["small"]),
        ("neq(metadata.zz, \"w\")", &["large"]),
        ("eq(metadata.k149, \"x\")", &["large"]),
        ("eq(inputs.zz, 1.50)", &["large"]),
        ("in(inputs.zz, [1.5, \"no\"])", &["large"]),
        ("has(metadata, '{\"zz\": \"v\", \"k000\": \"x\"}')", &["large"]),
        ("has(metadata, '{\"zz\": \"v\", \"k000\": \"y\"}')", &[]),
        ("and(eq(metadata_key, \"zz\"), eq(metadata_value, \"v\"))", &["large"]),
        ("and(eq(metadata_key, \"k149\"), eq(metadata_value, \"v\"))", &[]),
        ("neq(metadata_key, \"k149\")", &["small"]),
        ("neq(metadata_value, \"v\")", &["small"]),
        ("eq(metadata_value, \"v\")", &["large"]),
        ("and(eq(input_key, \"zz\"), lt(input_value, 2))", &["large"]),
        ("search(input_value, \"y\")", &["large"]),
    ] {
        assert_eq!(found(&server, filter), names, "{filter}");
    }
    // a later message makes it small
    let patch = json!({"patch": [{"id": world::id(0), "trace_id": world::id(0), "inputs": {"zz": 3}}]});
    assert_eq!(server.json("POST", "/runs/batch", &patch).status, 202);
    assert_eq!(found(&server, "eq(inputs.zz, 3)"), ["large"]);
    assert_eq!(found(&server, "eq(inputs.k149, \"y\")"), Vec::<String>::new());
}

#[test]
fn equal_numbers_are_found_however_they_are_written() {
    let server = server();
    let numbers = ["1e16", "1.50", "-0.0", "1E3", "1e-07", "1000.0", "12345678901"];
    let runs: Vec<String> = numbers
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let run = run(number, text, json!({}), json!({"n": "HERE", "deep": {"n": "HERE"}}));
            run.to_string().replace("\"HERE\"", text)
        })
        .collect();
    let body = format!("{{\"post\": [{}]}}", runs.join(","));
    let reply = server.send("POST", "/runs/batch", &[("content-type", "application/json")], body.as_bytes());
    assert_eq!(reply.status, 202, "{}", reply.body);
    for (asked, names) in [
        ("1e16", &["1e16"][..]),
        ("10000000000000000", &["1e16"]),
        ("1.5", &["1.50"]),
        ("1.500", &["1.50"]),
        ("0", &["-0.0"]),
        ("1000", &["1000.0", "1E3"]),
        ("1e3", &["1000.0", "1E3"]),
        ("0.0000001", &["1e-07"]),
        ("1e-7", &["1e-07"]),
        ("12345678901", &["12345678901"]),
    ] {
        for filter in [
            format!("eq(inputs.n, {asked})"),
            format!("eq(inputs.deep.n, {asked})"),
            format!("in(inputs.n, [{asked}, \"no\"])"),
            format!("in(inputs.deep.n, [{asked}, \"no\"])"),
            format!("and(eq(input_key, \"n\"), eq(input_value, {asked}))"),
            format!("has(inputs, '{{\"n\": {asked}}}')"),
            format!("has(inputs, '{{\"deep\": {{\"n\": {asked}}}}}')"),
        ] {
            let mut found = found(&server, &filter);
            found.sort();
            assert_eq!(found, names, "{filter}");
        }
    }
}
