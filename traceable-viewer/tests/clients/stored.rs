//! What LangSmith's Python SDK sends is in the store, by each of its ways to send.

use serde_json::{Value, json};
use traceable_viewer::{RunStatus, StoredRun, render_tree};

use crate::common::{self, server};
use crate::python;

fn ship(prefix: &str, settings: &[(&str, &str)]) -> common::Server {
    let server = server();
    let output = python("python-0.15", "ship.py", &(server.viewer.url() + prefix), settings);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the program failed:\n{stderr}");
    assert!(!stderr.contains("Failed"), "the SDK complains:\n{stderr}");
    assert!(!stderr.to_lowercase().contains("warn"), "the SDK warns:\n{stderr}");
    server
}

fn trace(server: &common::Server, root: &str) -> Vec<StoredRun> {
    let traces = server.store().traces(1000).unwrap();
    let found = traces.iter().find(|trace| trace.name == root).unwrap_or_else(|| panic!("no trace {root}"));
    server.store().trace(found.trace_id).unwrap()
}

fn children<'a>(runs: &'a [StoredRun], name: &str) -> Vec<&'a str> {
    let parent = runs.iter().find(|run| run.name == name).unwrap();
    runs.iter().filter(|run| run.parent_id == Some(parent.id)).map(|run| run.name.as_str()).collect()
}

fn check(server: &common::Server) {
    let runs = trace(server, "parent");
    assert_eq!(runs.len(), 9, "{}", render_tree(&runs));
    let mut below = children(&runs, "parent");
    below.sort_unstable();
    assert_eq!(below, ["failing", "model", "pooled", "pooled", "pooled", "tokens"]);
    assert_eq!(children(&runs, "tokens"), ["model", "model"]);
    let one = |name: &str| runs.iter().find(|run| run.name == name).unwrap();
    assert_eq!(one("parent").project, "interop");
    assert_eq!(one("parent").inputs.as_deref(), Some(r#"{"question":"héllo"}"#));
    assert_eq!((one("model").run_type.as_str(), &one("model").tags[..]), ("llm", &["demo".to_owned()][..]));
    let extra: Value = serde_json::from_str(one("model").extra.as_deref().unwrap()).unwrap();
    assert_eq!(extra["metadata"]["model"], "tiny");
    assert_eq!(one("failing").status, RunStatus::Error);
    assert!(one("failing").error.as_deref().unwrap().starts_with("ValueError('bad 1')"));
    let tokens: Value = serde_json::from_str(one("tokens").outputs.as_deref().unwrap()).unwrap();
    assert_eq!(tokens, json!({"joined": "01"}));
    assert!(runs.iter().filter(|run| run.name != "failing").all(|run| run.status == RunStatus::Success));

    assert_eq!(children(&trace(server, "async_parent"), "async_parent"), ["async_child", "async_child"]);
    let by_hand = trace(server, "by hand");
    assert_eq!(by_hand[1].error.as_deref(), Some("oops"));
    assert_eq!(by_hand[0].outputs.as_deref(), Some(r#"{"o":3}"#));
    let bursts = server.store().traces(1000).unwrap();
    let bursts: Vec<_> = bursts.iter().filter(|trace| trace.name == "burst").collect();
    assert_eq!(bursts.len(), 80);
    assert!(bursts.iter().all(|trace| trace.status == RunStatus::Success));
}

/// Multipart carries files and feedback; the older route does not.
fn check_files_and_feedback(server: &common::Server) {
    let file = &trace(server, "with_file")[0];
    assert_eq!(file.attachments[0].name, "image");
    assert_eq!(file.attachments[0].mime, "image/png");
    let data = server.store().attachment(file.id, "image").unwrap().unwrap();
    assert_eq!(data, b"\x89PNG\r\n\x1a\n");
    let feedback = server.store().feedback(trace(server, "by hand")[0].id).unwrap();
    assert_eq!((feedback[0].key.as_deref(), feedback[0].score), (Some("good"), Some(1.0)));
}

#[test]
fn zstd_multipart() {
    let server = ship("", &[]);
    check(&server);
    check_files_and_feedback(&server);
}

#[test]
fn plain_multipart_below_a_prefix() {
    let server = ship("/api/v1", &[("LANGSMITH_DISABLE_RUN_COMPRESSION", "true")]);
    check(&server);
    check_files_and_feedback(&server);
}
