//! Answers that are too long for one piece: they are read and sent part by part.

use serde_json::{Value, json};
use traceable_viewer::Viewer;

use crate::common::{A, Reply, Server, order, server};

const RUNS: usize = 12;
const TEXT: usize = 1 << 20;

/// One trace of runs with a text of a megabyte each, which has a line break between its keys.
fn filled() -> Server {
    let server = server();
    for at in 0..RUNS {
        let id = if at == 0 { A.to_owned() } else { format!("00000000-0000-4000-8000-{at:012}") };
        let ids = if at == 0 { vec![A] } else { vec![A, id.as_str()] };
        let text = char::from(b'a' + u8::try_from(at).unwrap()).to_string().repeat(TEXT);
        let body = format!(
            r#"{{"post":[{{"id":"{id}","trace_id":"{A}","dotted_order":"{}","name":"{at}","run_type":"chain",
            "parent_run_id":{},"start_time":"2026-11-22T13:24:{at:02}.000000Z","inputs":{{"n":{at},
            "text":"{text}"}}}}],"patch":[]}}"#,
            order(&ids),
            if at == 0 { json!(null) } else { json!(A) },
        );
        let reply =
            server.send("POST", "/runs/batch", &[("Content-Type", "application/json")], body.as_bytes());
        assert_eq!(reply.status, 202, "{}", reply.body);
    }
    server
}

/// Whether it has all runs, newest first or oldest first, and came part by part.
fn check(reply: &Reply, runs: &Value, newest_first: bool) {
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("transfer-encoding: chunked"), "{}", reply.head);
    let mut texts: Vec<_> =
        runs.as_array().unwrap().iter().map(|run| run["inputs"]["text"].as_str().unwrap()).collect();
    if newest_first {
        texts.reverse();
    }
    assert_eq!(texts.len(), RUNS);
    for (at, text) in texts.into_iter().enumerate() {
        assert!(
            text.len() == TEXT && text.bytes().all(|letter| usize::from(letter - b'a') == at),
            "run {at}"
        );
    }
}

#[test]
fn all_runs_of_a_trace() {
    let server = filled();
    let reply = server.json("POST", "/runs/query", &json!({ "trace": A }));
    let page = reply.json();
    check(&reply, &page["runs"], true);
    assert_eq!(page["cursors"], json!({ "next": null, "prev": null }));

    let reply = server.send("GET", &format!("/v2/traces/{A}/runs?selects=INPUTS"), &[], b"");
    check(&reply, &reply.json()["items"], false);
}

#[test]
fn pages_and_events() {
    let server = filled();
    let traces = json!({ "selects": ["INPUTS", "TOTAL_TOKENS"] });
    let traces = server.json("POST", "/v2/traces/query", &traces).json();
    assert_eq!(traces["items"][0]["root_run"]["inputs"]["n"], 0);
    assert_eq!(traces["items"].as_array().unwrap().len(), 1);
    let mut query = json!({ "page_size": RUNS, "selects": ["INPUTS"] });
    let reply = server.json("POST", "/v2/runs/query", &query);
    check(&reply, &reply.json()["items"], true);

    let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
    let reply = server.send("POST", "/v2/runs/query", &headers, query.to_string().as_bytes());
    let data = reply.body.strip_prefix("event: data\ndata: ").unwrap();
    let data = data.strip_suffix("\n\nevent: end\ndata: null\n\n").unwrap();
    // a line break would end the event
    assert!(!data.contains(['\n', '\r']));
    let operations: Value = serde_json::from_str(data).unwrap();
    check(&reply, &operations[0]["value"]["items"], true);
    assert_eq!(operations[0]["value"]["next_cursor"], json!(null));

    // the cursor is behind the last run of the page, and not behind that of a part
    query["page_size"] = json!(RUNS - 1);
    let page = server.json("POST", "/v2/runs/query", &query).json();
    assert_eq!(page["items"].as_array().unwrap().len(), RUNS - 1);
    query["cursor"] = page["next_cursor"].clone();
    let page = server.json("POST", "/v2/runs/query", &query).json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["inputs"]["n"]), (1, &json!(0)));
}

/// What is sent counts as memory of requests, like what is received.
#[test]
fn no_part_is_larger_than_the_memory() {
    let Server { viewer, dir } = filled();
    drop(viewer);
    let viewer = Viewer::builder().db(dir.path().join("t.db")).port(0).max_memory_bytes(TEXT).start();
    let server = Server { viewer: viewer.unwrap(), dir };
    for (query, status) in [(json!({ "trace": A }), 413), (json!({ "trace": A, "select": ["id"] }), 200)] {
        let reply = server.json("POST", "/runs/query", &query);
        assert_eq!(reply.status, status, "{:.300}", reply.body);
    }
}

#[test]
fn an_answer_without_runs() {
    let server = server();
    let page = server.json("POST", "/runs/query", &json!({ "trace": A })).json();
    assert_eq!(page["runs"], json!([]));
    let page = server.json("POST", "/v2/runs/query", &json!({})).json();
    assert_eq!(page, json!({ "items": [], "next_cursor": null }));
}
