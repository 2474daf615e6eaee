//! Parts that are no JSON, as clients really send them, cost their field and nothing else.

use serde_json::{Value, json};
use traceable_viewer::RunStatus;

use crate::common::{A, B, MULTIPART, multipart, order, server};

fn parsed(json: Option<&String>) -> Value {
    serde_json::from_str(json.unwrap()).unwrap()
}

#[test]
fn an_error_with_half_a_surrogate_pair_ends_its_run() {
    let server = server();
    let reply = server.multipart(&[
        (&format!("post.{A}"), r#"{"name":"a","start_time":1795353873386}"#),
        (&format!("patch.{A}"), r#"{"end_time":1795353873387}"#),
        (&format!("patch.{A}.error"), r#""bad letter \ud83d""#),
        (&format!("patch.{A}.outputs"), r#"{"whole":"\ud83d\ude00","half":["\ude00"]}"#),
    ]);
    assert_eq!(reply.status, 202);
    assert_eq!(reply.json(), json!({"message": "Runs accepted"}));
    let run = server.run(A);
    assert_eq!(run.error.as_deref(), Some("bad letter \u{fffd}"));
    assert_eq!(parsed(run.outputs.as_ref()), json!({"whole": "\u{1f600}", "half": ["\u{fffd}"]}));
    assert_eq!((run.status, run.end_us), (RunStatus::Error, Some(1_795_353_873_387_000)));
}

/// As Python's SDK 0.15 sends it, which takes the half out of its JSON.
#[test]
fn an_error_whose_json_its_client_broke() {
    let server = server();
    let error = r#""ValueError('half \')\n\n    raise ValueError(\"half \\")\n""#;
    let reply = server.multipart(&[
        (&format!("post.{A}"), r#"{"name":"a","start_time":1795353873386,"end_time":1795353873387}"#),
        (&format!("post.{A}.error"), error),
    ]);
    assert_eq!((reply.status, reply.error_type().as_str()), (202, "json_invalid"));
    let run = server.run(A);
    assert_eq!(run.error.as_deref(), Some("ValueError('half \\')\n\n    raise ValueError(\"half \\\")\n"));
    assert_eq!(run.status, RunStatus::Error);
}

#[test]
fn bytes_that_are_no_utf_8() {
    let server = server();
    let body = multipart(&[
        (&format!("post.{A}"), r#"{"name":"a%","start_time":1795353873386}"#),
        (&format!("patch.{A}"), r#"{"end_time":1795353873387}"#),
        (&format!("patch.{A}.error"), r#""broken %""#),
        (&format!("patch.{A}.inputs"), r#"{"q":"%"}"#),
    ]);
    // a lone surrogate as Python's `surrogatepass` encodes it
    let body: Vec<u8> = body
        .iter()
        .flat_map(|byte| if *byte == b'%' { &[0xed, 0xa0, 0xbd][..] } else { std::slice::from_ref(byte) })
        .copied()
        .collect();
    let reply = server.send("POST", "/runs/multipart", &[("Content-Type", MULTIPART)], &body);
    assert_eq!((reply.status, reply.json()), (202, json!({"message": "Runs accepted"})));
    let run = server.run(A);
    assert!(run.name.starts_with("a\u{fffd}") && run.error.unwrap().starts_with("broken \u{fffd}"));
    assert!(run.inputs.unwrap().contains('\u{fffd}'));
    let json = br#"{"post":[{"id":"@","name":"b%"}]}"#;
    let json: Vec<u8> = String::from_utf8_lossy(json).replace('@', B).into_bytes();
    let json: Vec<u8> = json.into_iter().map(|byte| if byte == b'%' { 0xff } else { byte }).collect();
    let reply = server.send("POST", "/runs/batch", &[("Content-Type", "application/json")], &json);
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert_eq!(server.run(B).name, "b\u{fffd}");
}

#[test]
fn a_field_that_is_no_json_becomes_a_marker() {
    let server = server();
    let reply = server.multipart(&[
        (&format!("post.{A}.inputs"), "{'python': 'repr'}"),
        (&format!("post.{A}"), &json!({"name": "a", "trace_id": A, "dotted_order": order(&[A])}).to_string()),
        (&format!("patch.{A}"), r#"{"end_time":1795353873387}"#),
        (&format!("patch.{A}.outputs"), r#"{"cut":"#),
        (&format!("patch.{A}.error"), "ValueError(1)"),
        (&format!("patch.{A}.events"), "]"),
        (&format!("patch.{A}.extra"), "nonsense"),
    ]);
    assert_eq!(reply.status, 202);
    let listed = reply.json()["rejected"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 5);
    assert!(listed.iter().all(|error| error["type"] == "json_invalid"), "{listed:?}");
    assert_eq!(listed[0]["loc"], json!([format!("post.{A}.inputs")]));
    let run = server.run(A);
    assert_eq!(run.status, RunStatus::Error, "it has ended");
    assert!(run.end_us.is_some());
    assert_eq!(run.error.as_deref(), Some("ValueError(1)"), "the text says what went wrong");
    let marked = |json: Option<&String>, path: &str| {
        let value = parsed(json);
        let text = value.pointer(path).unwrap_or_else(|| panic!("{value}")).as_str().unwrap().to_owned();
        assert!(text.starts_with("[not recorded: the part is not valid JSON"), "{text}");
    };
    marked(run.inputs.as_ref(), "/input");
    marked(run.outputs.as_ref(), "/output");
    marked(run.events.as_ref(), "/0/name");
    marked(run.extra.as_ref(), "/extra");
}

#[test]
fn a_main_part_that_is_cut_keeps_what_is_whole() {
    let server = server();
    server.multipart(&[(&format!("post.{A}"), r#"{"name":"a","start_time":1795353873386}"#)]);
    let reply = server.multipart(&[
        (&format!("patch.{A}"), r#"{"name":,"end_time":1795353873387,"extra":{"metadata":{"k":"v"#),
        (&format!("patch.{A}.outputs"), r#"{"output":1}"#),
    ]);
    assert_eq!((reply.status, reply.error_type().as_str()), (202, "json_invalid"));
    let run = server.run(A);
    assert_eq!((run.name.as_str(), run.end_us), ("a", Some(1_795_353_873_387_000)));
    assert_eq!(parsed(run.outputs.as_ref()), json!({"output": 1}));
    // nothing of it can be read, but the fields beside it can
    let reply =
        server.multipart(&[(&format!("patch.{A}"), "?"), (&format!("patch.{A}.outputs"), r#"{"output":2}"#)]);
    assert_eq!((reply.status, reply.error_type().as_str()), (202, "json_invalid"));
    assert_eq!(parsed(server.run(A).outputs.as_ref()), json!({"output": 2}));
}
