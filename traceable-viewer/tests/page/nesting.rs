//! `/api/local/nesting`: roots that should not be roots, and runs whose parent never arrived.

use serde_json::{Value, json};

use crate::common::{Server, order, server};
use crate::{data, get, id, send, visit};

fn groups(server: &Server, query: &str) -> Vec<Value> {
    get(server, &format!("/api/local/nesting?{query}")).json()["groups"].as_array().unwrap().clone()
}

fn lost(server: &Server, number: u128, reason: &str, suspect: Option<u128>, project: &str) {
    let mut metadata =
        json!({"broken_trace_reason": reason, "broken_trace_site": "app::embed (src/a.rs:12)"});
    if let Some(suspect) = suspect {
        metadata["suspected_parent"] = json!(id(suspect));
    }
    send(server, number, json!({"name": "embed", "session_name": project, "extra": {"metadata": metadata}}));
}

#[test]
fn lost_roots_are_told_by_function_and_place() {
    let server = server();
    send(&server, 1, json!({"name": "answer", "session_name": "one"}));
    for number in 100..125 {
        lost(&server, number, "no_context_in_task", Some(1), "one");
    }
    lost(&server, 200, "bad_parent", None, "two");
    lost(&server, 201, "no_context_in_task", None, "two");
    let all = groups(&server, "");
    assert_eq!(all.len(), 2, "what nobody suspects simply begins a trace: {all:?}");
    let group = &all[0];
    assert_eq!((&group["function"], &group["site"]), (&json!("app::embed"), &json!("src/a.rs:12")));
    assert_eq!((&group["reason"], &group["count"]), (&json!("no_context_in_task"), &json!(25)));
    assert_eq!(group["suspect"], json!({"name": "answer"}));
    assert!(group["text"].as_str().unwrap().contains("its parent is perhaps `answer`"), "{group}");
    assert!(group["fix"].as_str().unwrap().contains("tokio::spawn(embed(..));"), "{group}");
    let runs = group["runs"].as_array().unwrap();
    assert_eq!((runs.len(), &runs[0]["id"]), (20, &json!(id(124))), "the newest are listed");
    assert_eq!(runs[0]["suspect"], json!({"id": id(1), "trace_id": id(1), "name": "answer"}));
    assert_eq!((&all[1]["reason"], &all[1]["suspect"]), (&json!("bad_parent"), &Value::Null));

    assert_eq!(groups(&server, "project=two").len(), 1);
    assert_eq!(groups(&server, "project=none").len(), 0);
    assert_eq!(groups(&server, &format!("trace={}", id(1)))[0]["count"], 25, "parts of the trace");
    assert_eq!(groups(&server, &format!("trace={}", id(100)))[0]["count"], 1, "the trace itself");
    assert_eq!(data(&visit(&server, "/nesting?project=two"))["groups"].as_array().unwrap().len(), 1);
    assert_eq!(get(&server, "/api/local/nesting?trace=x").status, 400);

    let broken = get(&server, &format!("/api/local/trace/{}", id(100))).json()["runs"][0]["broken"].clone();
    assert_eq!((&broken["site"], &broken["suspect"]["name"]), (&json!("src/a.rs:12"), &json!("answer")));
    assert_eq!((&broken["fix"], &broken["text"]), (&group["fix"], &group["text"]));
    let projects = get(&server, "/api/local/list?tab=projects").json();
    let one = projects["rows"].as_array().unwrap().iter().find(|row| row["name"] == "one").unwrap().clone();
    assert_eq!(one["broken"], 25);
    let newest = get(&server, "/api/local/list?project=two&sort=start").json();
    assert_eq!(newest["rows"][0]["broken"], "bad_parent");
    assert_eq!(newest["rows"][1]["broken"], Value::Null);
}

#[test]
fn a_parent_that_never_arrived_is_told() {
    let server = server();
    let (parent, child) = (id(1), id(2));
    let dotted = order(&[&parent, &child]);
    let run = json!({"name": "late", "parent_run_id": parent, "trace_id": parent, "dotted_order": dotted});
    send(&server, 2, run);
    let group = groups(&server, "").remove(0);
    assert_eq!((&group["reason"], &group["function"]), (&json!("missing_parent"), &json!("late")));
    assert_eq!(group["count"], 1);
    let trace = get(&server, &format!("/api/local/trace/{parent}")).json();
    assert_eq!((&trace["runs"][0]["id"], &trace["runs"][0]["parent"]), (&json!(child), &json!(parent)));
    send(&server, 1, json!({"name": "root", "trace_id": parent}));
    assert_eq!(groups(&server, "").len(), 0, "it has arrived");
}
