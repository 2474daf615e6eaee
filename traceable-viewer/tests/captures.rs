//! What LangSmith's Python SDK sent in real programs, sent again: everything in it has to be stored.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{Server, server};
use serde_json::Value;
use traceable_viewer::{RunStatus, StoredRun};

const NAMES: [&str; 14] = [
    "async_generator",
    "async_nested",
    "attachments",
    "distributed",
    "exception",
    "explicit_parent",
    "llm_usage",
    "replicas",
    "runs_batch",
    "runtree_manual",
    "sync_generator",
    "sync_nested",
    "thread_pool",
    "types_serde",
];

fn load(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    std::fs::read(folder.join(name)).unwrap()
}

fn requests(name: &str) -> Vec<Value> {
    let capture: Value = serde_json::from_slice(&load(&format!("{name}.json"))).unwrap();
    capture["requests"].as_array().unwrap().clone()
}

fn header<'a>(of: &'a Value, name: &str) -> Option<&'a str> {
    let headers = of["headers"].as_array().unwrap();
    let found = headers.iter().find(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
    found.map(|header| header[1].as_str().unwrap())
}

/// The bytes of a part: the captures hold JSON read, and binary data as Latin-1.
fn bytes_of(part: &Value) -> Vec<u8> {
    if let Some(latin1) = part["body"]["__latin1__"].as_str() {
        return latin1.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    }
    match (header(part, "Content-Type"), part["body"].as_str()) {
        (Some(kind), Some(text)) if kind != "application/json" => text.as_bytes().to_vec(),
        _ => {
            let json = part["body"].to_string();
            json.replace("\"__bare_NaN__\"", "NaN").replace("\"__bare_Infinity__\"", "Infinity").into_bytes()
        }
    }
}

fn body_of(request: &Value) -> Vec<u8> {
    let Some(parts) = request["parts"].as_array() else {
        return request["body"].to_string().into_bytes();
    };
    let boundary = header(request, "Content-Type").unwrap().split_once("boundary=").unwrap().1;
    let mut body = Vec::new();
    for part in parts {
        let bytes = bytes_of(part);
        body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        for header in part["headers"].as_array().unwrap() {
            let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
            let length = bytes.len().to_string();
            let value = if name == "Content-Length" { &length } else { value };
            body.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        body.extend_from_slice(b"\r\n");
        body.extend_from_slice(&bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

fn send(server: &Server, request: &Value, prefix: &str) {
    let path = request["path"].as_str().unwrap();
    // replicas live below paths of their own; their ids are different, so they can share a database
    let path = path.strip_prefix("/rep2").or(path.strip_prefix("/rep3")).unwrap_or(path);
    let mut body = body_of(request);
    let mut headers = Vec::new();
    for name in ["Content-Type", "Content-Encoding", "x-api-key", "User-Agent"] {
        headers.extend(header(request, name).map(|value| (name, value)));
    }
    if header(request, "Content-Encoding") == Some("zstd") {
        body = zstd::encode_all(&body[..], 1).unwrap();
    }
    let method = request["method"].as_str().unwrap();
    let reply = server.send(method, &format!("{prefix}{path}"), &headers, &body);
    assert_eq!(u64::from(reply.status), request["status"].as_u64().unwrap(), "{path}: {}", reply.body);
    assert!(!reply.body.contains("rejected"), "{}", reply.body);
}

/// What a capture says of each run, put together the simple way: in order, later over earlier, null over nothing.
fn expected(requests: &[Value]) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut runs: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    let mut say = |id: &str, key: &str, value: &Value| {
        let fields = runs.entry(id.to_owned()).or_default();
        match fields.get_mut(key) {
            Some(old) if key == "extra" => overlay(old, value),
            _ if value.is_null() => {}
            _ => {
                fields.insert(key.to_owned(), value.clone());
            }
        }
    };
    for request in requests {
        for part in request["parts"].as_array().into_iter().flatten() {
            let name: Vec<_> = part["name"].as_str().unwrap().split('.').collect();
            match name[..] {
                ["post" | "patch", id] => {
                    part["body"].as_object().unwrap().iter().for_each(|(key, value)| say(id, key, value));
                }
                ["post" | "patch", id, field] => say(id, field, &part["body"]),
                ["attachment", id, file] => say(id, &format!("file:{file}"), &part["body"]),
                _ => panic!("{name:?}"),
            }
        }
        for kind in ["post", "patch"] {
            for run in request["body"][kind].as_array().into_iter().flatten() {
                let id = run["id"].as_str().unwrap();
                run.as_object().unwrap().iter().for_each(|(key, value)| say(id, key, value));
            }
        }
    }
    runs
}

/// What is merged key by key.
fn overlay(old: &mut Value, new: &Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            new.iter().for_each(|(key, value)| overlay(old.entry(key).or_insert(Value::Null), value));
        }
        (_, Value::Null) => {}
        (old, new) => *old = new.clone(),
    }
}

fn json(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

fn check(run: &StoredRun, expected: &BTreeMap<String, Value>) {
    let said = |key: &str| expected.get(key).cloned().unwrap_or_default();
    let text = |key: &str| said(key).as_str().unwrap_or_default().to_owned();
    assert_eq!(run.name, text("name"));
    assert_eq!(run.run_type, text("run_type"));
    assert_eq!(run.dotted_order, text("dotted_order"));
    assert_eq!(run.trace_id.to_string(), text("trace_id"));
    assert_eq!(run.project, text("session_name"));
    assert_eq!(
        run.parent_id.map(|id| id.to_string()).unwrap_or_default(),
        text("parent_run_id"),
        "{}",
        run.name
    );
    assert_eq!(run.error.clone().unwrap_or_default(), text("error"));
    assert_eq!(Value::from(run.tags.clone()), said("tags"));
    assert_eq!(json(run.outputs.as_deref()), said("outputs"), "{}", run.name);
    assert_eq!(json(run.extra.as_deref()), said("extra"), "{}", run.name);
    assert_eq!(json(run.events.as_deref()), said("events"), "{}", run.name);
    assert_eq!(json(run.serialized.as_deref()), said("serialized"), "{}", run.name);
    let inputs = run.inputs.as_deref().map(|inputs| {
        inputs.replace("\"NaN\"", "\"__bare_NaN__\"").replace("\"Infinity\"", "\"__bare_Infinity__\"")
    });
    assert_eq!(json(inputs.as_deref()), said("inputs"), "{}", run.name);
    let status = match (expected.contains_key("error"), expected.contains_key("end_time")) {
        (true, _) => RunStatus::Error,
        (false, true) => RunStatus::Success,
        (false, false) => RunStatus::Pending,
    };
    assert_eq!(run.status, status, "{}", run.name);
    let files: Vec<_> = expected.keys().filter_map(|key| key.strip_prefix("file:")).collect();
    let mut stored: Vec<_> = run.attachments.iter().map(|file| file.name.as_str()).collect();
    stored.sort_unstable();
    assert_eq!(stored, files);
}

/// `parent > (a, b)` for every root, in order.
fn outline(runs: &[StoredRun]) -> String {
    fn node(runs: &[StoredRun], run: &StoredRun) -> String {
        let below: Vec<_> = runs.iter().filter(|child| child.parent_id == Some(run.id)).collect();
        let below: Vec<_> = below.into_iter().map(|child| node(runs, child)).collect();
        let mark = match run.status {
            RunStatus::Success => "",
            RunStatus::Error => "!",
            RunStatus::Pending => "?",
        };
        match below.len() {
            0 => format!("{}{mark}", run.name),
            _ => format!("{}{mark} > ({})", run.name, below.join(", ")),
        }
    }
    let roots = runs.iter().filter(|run| run.parent_id.is_none());
    roots.map(|root| node(runs, root)).collect::<Vec<_>>().join("; ")
}

fn outline_of(server: &Server) -> String {
    let mut traces = server.store().traces(100).unwrap();
    traces.sort_by_key(|trace| trace.start_us);
    let texts = traces.iter().map(|trace| outline(&server.store().trace(trace.trace_id).unwrap()));
    texts.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_capture_is_stored_as_it_was_said() {
    for name in NAMES {
        let server = server();
        let requests = requests(name);
        requests.iter().for_each(|request| send(&server, request, ""));
        let expected = expected(&requests);
        assert!(!expected.is_empty());
        for (id, expected) in &expected {
            check(&server.run(id), expected);
        }
        let stored: u64 = server.store().traces(1000).unwrap().iter().map(|trace| trace.runs).sum();
        assert_eq!(stored, expected.len() as u64, "{name}");
    }
}

#[test]
fn order_and_repetition_change_nothing() {
    for name in NAMES {
        let server = server();
        let requests = requests(name);
        for prefix in ["/api", "/api/v1", "/v1"] {
            requests.iter().rev().for_each(|request| send(&server, request, prefix));
        }
        for (id, expected) in expected(&requests) {
            check(&server.run(&id), &expected);
        }
    }
}

#[test]
fn parts_in_reverse_change_nothing() {
    for name in NAMES {
        let server = server();
        let mut requests = requests(name);
        let expected = expected(&requests);
        for request in &mut requests {
            if let Some(parts) = request["parts"].as_array_mut() {
                parts.reverse();
            }
            send(&server, request, "");
        }
        for (id, expected) in &expected {
            check(&server.run(id), expected);
        }
    }
}

#[test]
fn the_trees() {
    for (name, tree) in [
        ("sync_nested", "parent > (child, Tooly, none_ret)"),
        ("runs_batch", "parent > (child, Tooly, none_ret)"),
        ("async_nested", "parent > (child, child)"),
        ("thread_pool", "parent > (work, work, work); work"),
        ("exception", "outer! > (bad!); handled; t-exc!"),
        ("sync_generator", "gen > (inner, inner, inner); gen_break!; gen_raise!; gen_abandon?; gen_empty"),
        ("async_generator", "agen > (inner, inner, inner); agen! > (inner, inner); slow!"),
        ("explicit_parent", "manual-root > (child, child, child, renamed, wants); child"),
        ("runtree_manual", "root > (llm, err!); never-ended?; all-at-once"),
        ("distributed", "svc_a > (svc_b, svc_b)"),
    ] {
        let server = server();
        requests(name).iter().for_each(|request| send(&server, request, ""));
        assert_eq!(outline_of(&server), tree, "{name}");
    }
}

#[test]
fn raw_bodies_byte_for_byte() {
    for (name, trees) in [
        ("multipart_plain", "parent > (child, Tooly, none_ret)"),
        ("multipart_zstd", "parent > (child, Tooly, none_ret)"),
        ("multipart_plain_attachments", "f; with-att; bad-dot; g"),
        ("multipart_zstd_attachments", "f; with-att; bad-dot; g"),
    ] {
        let server = server();
        let head: Value = serde_json::from_slice(&load(&format!("{name}.headers.json"))).unwrap();
        let headers: Vec<_> = ["Content-Type", "Content-Encoding", "x-api-key"]
            .iter()
            .filter_map(|name| Some((*name, header(&head, name)?)))
            .collect();
        let reply = server.send("POST", "/runs/multipart", &headers, &load(&format!("{name}.bin")));
        assert_eq!(reply.status, 202, "{}", reply.body);
        assert_eq!(outline_of(&server), trees, "{name}");
        if name.ends_with("attachments") {
            let trace =
                server.store().traces(10).unwrap().into_iter().find(|trace| trace.name == "f").unwrap();
            let data = |file: &str| server.store().attachment(trace.trace_id, file).unwrap().unwrap();
            assert_eq!(data("img"), b"\x89PNG\r\n\x1a\n\x00\x01");
            assert_eq!(data("doc"), b"hello\r\n--x");
        }
    }
}
