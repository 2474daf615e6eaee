//! Requests, compared with recorded requests of the Python SDK.

use crate::support::multipart::{Part, parts};
use crate::support::server::Server;
use crate::support::{LONG, config, exporter, exporter_for, parts_of, run};
use serde_json::{Value, json};
use traceable_core::{Attachment, RunTree, RunType, Timestamp};
use uuid::Uuid;

const PLAIN: &[u8] = include_bytes!("../captures/multipart_plain.bin");
const WITH_ATTACHMENTS: &[u8] = include_bytes!("../captures/multipart_plain_attachments.bin");

fn boundary_of(body: &[u8]) -> String {
    let end = body.iter().position(|b| *b == b'\r').unwrap();
    format!("multipart/form-data; boundary={}", std::str::from_utf8(&body[2..end]).unwrap())
}

/// Frames parts as the captures do; `the_reader_understands_the_captures` proves that.
fn frame(content_type: &str, parts: &[Part]) -> Vec<u8> {
    let boundary = content_type.rsplit('=').next().unwrap();
    let mut out = Vec::new();
    for part in parts {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            part.name,
            part.content_type,
            part.body.len()
        );
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(&part.body);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// The text of a part without what may differ: a field that newer SDKs do not send, and the end time.
fn comparable(part: &Part) -> String {
    let text = String::from_utf8_lossy(&part.body).replace("\"replicas\":[],", "");
    match text.find("\"end_time\":\"") {
        Some(at) => format!("{}(time){}", &text[..at + 12], &text[at + 12 + 32..]),
        None => text,
    }
}

fn time(text: &str) -> Timestamp {
    // all captures are of one minute: seconds and below are enough
    let at = |range: std::ops::Range<usize>| text[range].parse::<u64>().unwrap();
    let base = 1_795_353_960_000_000; // 2026-11-22T13:26:00Z
    assert_eq!(&text[..16], "2026-11-22T13:26");
    Timestamp::from_micros(base + at(17..19) * 1_000_000 + at(20..26))
}

#[test]
fn the_reader_understands_the_captures() {
    let content_type = boundary_of(PLAIN);
    assert_eq!(frame(&content_type, &parts(&content_type, PLAIN)), PLAIN);
}

#[test]
fn runs_are_framed_as_in_the_capture_byte_for_byte() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).compression(None));
    let expected = parts(&boundary_of(PLAIN), PLAIN);
    let by_suffix = |id: &str, suffix: &str| {
        let part = expected.iter().find(|p| p.name == format!("post.{id}{suffix}")).unwrap();
        part.json()
    };
    let mut root: Option<RunTree> = None;
    let mut all = Vec::new();
    for part in expected.iter().filter(|p| p.name.matches('.').count() == 1) {
        let main = part.json();
        let id = main["id"].as_str().unwrap();
        let name = main["name"].as_str().unwrap().to_owned();
        let tags: Vec<String> = serde_json::from_value(main["tags"].clone()).unwrap();
        let builder = match &root {
            None => RunTree::builder(name).sink(exporter.clone()),
            Some(root) => root.create_child(name),
        };
        let run = builder
            .run_id(Uuid::parse_str(id).unwrap())
            .start_time(time(main["start_time"].as_str().unwrap()))
            .run_type(main["run_type"].as_str().unwrap().to_owned())
            .tags(tags)
            .inputs(by_suffix(id, ".inputs"))
            .build();
        run.post();
        all.push((run.clone(), by_suffix(id, ".outputs")));
        root.get_or_insert(run);
    }
    for (run, outputs) in all {
        run.set_outputs(outputs).end().patch();
    }
    assert!(exporter.flush(LONG).is_lossless());

    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let request = &requests[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/runs/multipart"));
    assert_eq!(request.header("content-encoding"), None);
    assert_eq!(request.header("accept"), Some("application/json"));
    assert!(request.header("user-agent").unwrap().starts_with("traceable-rs/"));
    let content_type = request.header("content-type").unwrap();
    let ours = parts(content_type, &request.body);
    assert_eq!(frame(content_type, &ours), request.body);
    assert_eq!(boundary_of(&request.body).len(), boundary_of(PLAIN).len());

    let names = |parts: &[Part]| parts.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&expected));
    for (ours, expected) in ours.iter().zip(&expected) {
        assert_eq!(ours.content_type, expected.content_type);
        if ours.name.ends_with(".extra") {
            let keys = |part: &Part| part.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(ours), keys(expected));
            assert_eq!(ours.json()["runtime"]["sdk"], "traceable");
        } else {
            assert_eq!(comparable(ours), comparable(expected), "{}", ours.name);
        }
    }
}

#[cfg(feature = "zstd")]
#[test]
fn a_compressed_request_says_so() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    for i in 0..200 {
        // more than one piece goes to the compressor
        RunTree::builder("r")
            .sink(exporter.clone())
            .inputs(json!({"n": i, "t": "x".repeat(2000)}))
            .build()
            .post();
    }
    assert!(exporter.flush(LONG).is_lossless());
    let requests = server.requests();
    for request in &requests {
        assert_eq!(request.header("content-encoding"), Some("zstd"));
        assert_eq!(request.header("x-post-compressed-size"), Some(request.raw.len().to_string().as_str()));
        let content: usize = parts_of(request).iter().map(|part| part.body.len()).sum();
        assert_eq!(request.header("x-pre-compressed-size"), Some(content.to_string().as_str()));
        assert!(request.raw.len() < request.body.len() / 5);
    }
    assert_eq!(requests.iter().map(|r| crate::support::mains(r).len()).sum::<usize>(), 200);
    assert_eq!(exporter.stats().bytes_sent, requests.iter().map(|r| r.raw.len() as u64).sum::<u64>());
}

#[test]
fn a_late_end_is_a_patch_with_the_fields_of_the_reference() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    let root = RunTree::builder("root").sink(exporter.clone()).build();
    root.post();
    assert!(exporter.flush(LONG).is_lossless());
    root.add_event("something").end_with_error("it broke: \"why\"").patch();
    assert!(exporter.flush(LONG).is_lossless());

    let requests = server.requests();
    let post = parts_of(&requests[0]);
    let suffixes = |parts: &[Part]| {
        parts
            .iter()
            .map(|p| p.name[p.name.len().min(p.name.find('.').unwrap() + 37)..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(suffixes(&post), ["", ".inputs", ".outputs", ".events", ".extra"]);
    assert_eq!(post[1].body, b"{}");
    assert_eq!(post[2].body, b"{}");
    assert_eq!(post[3].body, b"[]");

    let patch = parts_of(&requests[1]);
    assert_eq!(suffixes(&patch), ["", ".events", ".extra", ".error"]);
    let main = patch[0].json();
    assert_eq!(patch[0].name, format!("patch.{}", root.id().unwrap()));
    let text = String::from_utf8(patch[0].body.clone()).unwrap();
    let order = [
        "id",
        "name",
        "run_type",
        "trace_id",
        "parent_run_id",
        "dotted_order",
        "tags",
        "session_id",
        "session_name",
        "start_time",
        "end_time",
    ];
    let places: Vec<usize> = order.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(main.as_object().unwrap().len(), order.len());
    assert_eq!((&main["parent_run_id"], &main["session_id"]), (&Value::Null, &Value::Null));
    assert_eq!(patch[3].json(), "it broke: \"why\"");
}

/// The server replaces the outputs by those of the update.
#[test]
fn a_run_that_is_submitted_again_has_all_its_outputs() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    let run = RunTree::builder("r").sink(exporter.clone()).build();
    run.post().end_with(json!({"a": 1})).patch();
    assert!(exporter.flush(LONG).is_lossless());
    for (name, expected) in [("b", json!({"a": 1, "b": 2})), ("c", json!({"a": 1, "b": 2, "c": 2}))] {
        run.add_outputs(json!({name: 2})).patch();
        assert!(exporter.flush(LONG).is_lossless());
        let parts = parts_of(server.requests().last().unwrap());
        let outputs = parts.iter().find(|part| part.name.ends_with(".outputs")).unwrap();
        assert_eq!(outputs.json(), expected);
    }
}

#[test]
fn attachments_follow_their_run() {
    let reference = parts(&boundary_of(WITH_ATTACHMENTS), WITH_ATTACHMENTS);
    assert_eq!(reference[5].content_type, "image/png");
    let server = Server::start();
    let exporter = exporter_for(&server);
    let run = RunTree::builder("files")
        .sink(exporter.clone())
        .attachment("img", Attachment::new("image/png", reference[5].body.clone()))
        .attachment("a.b", Attachment::new("text/plain", *b"dot"))
        .attachment("a_b", Attachment::new("text/plain", *b"line"))
        .attachment("x\"\r\nEvil: 1", Attachment::new("text/plain\r\nEvil: 1", *b"evil"))
        .build();
    run.post().add_attachment("late", Attachment::new("text/plain", *b"later")).end().patch();
    assert!(exporter.flush(LONG).is_lossless());
    let id = run.id().unwrap();
    let parts = parts_of(&server.requests()[0]);
    let files: Vec<_> = parts.iter().skip(5).map(|p| (p.name.clone(), p.content_type.clone())).collect();
    let expected = [
        ("img", "image/png"),
        ("a_b", "text/plain"),
        ("a_b_", "text/plain"),
        ("x___Evil: 1", "application/octet-stream"),
        ("late", "text/plain"),
    ];
    assert_eq!(files, expected.map(|(n, t)| (format!("attachment.{id}.{n}"), t.to_owned())));
    assert_eq!(parts[5], Part { name: parts[5].name.clone(), ..reference[5].clone() });
}

#[test]
fn long_names_are_cut_and_the_metadata_has_them_whole() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).revision_id("v1.2"));
    let name = "ä".repeat(300);
    RunTree::builder(name.clone()).sink(exporter.clone()).build().post();
    RunTree::builder("short").metadata("revision_id", "own").sink(exporter.clone()).build().post();
    assert!(exporter.flush(LONG).is_lossless());
    let parts = parts_of(&server.requests()[0]);
    assert_eq!(parts[0].json()["name"].as_str().unwrap().chars().count(), 128);
    assert_eq!(parts[4].json()["metadata"], json!({"full_name": name, "revision_id": "v1.2"}));
    assert_eq!(parts[9].json()["metadata"], json!({"revision_id": "own"}));
    assert_eq!(exporter.stats().names_cut, 1);
}

#[test]
fn serialized_is_sent_for_llm_and_prompt_runs_only() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    for run_type in [RunType::Llm, RunType::Prompt, RunType::Chain] {
        let run = RunTree::builder("m")
            .run_type(run_type)
            .serialized(json!({"name": "tiny"}))
            .sink(exporter.clone());
        run.build().post();
    }
    assert!(exporter.flush(LONG).is_lossless());
    let parts = parts_of(&server.requests()[0]);
    assert_eq!(parts.iter().filter(|p| p.name.ends_with(".serialized")).count(), 2);
}

#[test]
fn without_multipart_one_json_document_is_sent() {
    let server = Server::start();
    server.set_info(r#"{"batch_ingest_config":{"use_multipart_endpoint":false}}"#);
    let exporter = exporter_for(&server);
    let early = RunTree::builder("early").sink(exporter.clone()).build();
    early.post();
    assert!(exporter.flush(LONG).is_lossless());
    early.set_outputs(json!({"x": 1})).end().patch();
    run(&exporter, "whole").add_attachment("a", Attachment::new("text/plain", *b"a")).patch();
    assert!(exporter.flush(LONG).is_lossless());

    let request = server.requests().pop().unwrap();
    assert_eq!(request.path, "/runs/batch");
    assert_eq!(request.header("content-type"), Some("application/json"));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let capture: Value = serde_json::from_slice(include_bytes!("../captures/runs_batch.json")).unwrap();
    let mut expected: Vec<_> =
        capture["requests"][1]["body"]["post"][0].as_object().unwrap().keys().cloned().collect();
    expected.retain(|key| key != "replicas");
    let keys = |run: &Value| run.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    expected.sort();
    let mut ours = keys(&body["post"][0]);
    ours.sort();
    assert_eq!(ours, expected);
    assert_eq!(body["post"][0]["name"], "whole");
    assert_eq!(body["patch"][0]["outputs"], json!({"x": 1}));
    assert!(body["patch"][0].get("inputs").is_none());
    assert_eq!(exporter.stats().attachments_left_out, 1);
}

#[test]
fn fields_of_extra_stand_beside_the_metadata() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    let builder = RunTree::builder("model").sink(exporter.clone()).metadata("k", 1);
    let run = builder.extra("runtime", json!({"runtime": "wasm", "own": 1})).build();
    run.post().add_extra("invocation_params", json!({"model": "tiny"})).end().patch();
    assert!(exporter.flush(LONG).is_lossless());
    let sent = server.requests().iter().flat_map(parts_of).collect::<Vec<_>>();
    let extra = sent.iter().rfind(|part| part.name.ends_with(".extra")).unwrap().json();
    assert_eq!(extra["metadata"], json!({"k": 1}));
    assert_eq!(extra["invocation_params"], json!({"model": "tiny"}));
    assert_eq!(extra["runtime"]["sdk"], "traceable");
    assert_eq!((&extra["runtime"]["runtime"], &extra["runtime"]["own"]), (&json!("wasm"), &json!(1)));
}
