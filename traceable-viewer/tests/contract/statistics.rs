//! Numbers about runs, and groups of them, in the first version of the API.

use serde_json::{Value, json};

use crate::common::{A, B};
use crate::v2::{C, T, filled, get, post, project};

#[test]
fn numbers_about_runs() {
    let server = filled();
    let project = project(&server);
    let score = json!({ "id": B, "run_id": A, "key": "good", "score": 1 }).to_string();
    let other = json!({ "id": C, "run_id": A, "key": "good", "score": 0 }).to_string();
    let word = json!({ "id": T, "run_id": B, "key": "kind", "value": "fast" }).to_string();
    let parts = [
        (&*format!("feedback.{B}"), &*score),
        (&*format!("feedback.{C}"), &*other),
        (&*format!("feedback.{T}"), &*word),
    ];
    assert_eq!(server.multipart(&parts).status, 202);
    let stats = post(&server, "/runs/stats", json!({ "session": [project] })).json();
    for (key, value) in [
        ("run_count", json!(4)),
        ("error_rate", json!(0.25)),
        ("streaming_rate", json!(0.0)),
        ("first_token_p50", Value::Null),
        ("last_run_start_time", json!("2026-11-22T13:24:36.000000Z")),
        (
            "feedback_stats",
            json!({
            "good": { "n": 2, "avg": 0.5, "values": {} }, "kind": { "n": 1, "avg": null, "values": { "fast": 1 } } }),
        ),
    ] {
        assert_eq!(stats[key], value, "{key}");
    }
    let stats = post(&server, "/api/v1/runs/stats", json!({ "session": [project], "is_root": true })).json();
    assert_eq!(stats["run_count"], 2);
    let filter = json!({ "filter": "eq(name, \"boom\")" });
    let stats = post(&server, "/runs/stats", filter).json();
    assert_eq!((&stats["run_count"], &stats["error_rate"]), (&json!(1), &json!(1.0)));
    let nothing =
        post(&server, "/runs/stats", json!({ "session": ["01a2036e-0000-7000-8000-000000000000"] })).json();
    assert_eq!((&nothing["run_count"], &nothing["error_rate"]), (&json!(0), &Value::Null));
}

#[test]
fn bad_input() {
    let server = filled();
    for (path, body, detail) in [
        ("/runs/stats", json!({ "session": ["x"] }), "`session` is no UUID"),
        ("/runs/stats", json!({ "filter": "eq(nam, 1)" }), "name"),
        ("/runs/group", json!({ "group_by": "name" }), "`group_by`"),
        ("/runs/group", json!({ "limit": 0 }), "`limit`"),
        ("/runs/group", json!({ "offset": -1 }), "`offset`"),
    ] {
        let reply = post(&server, path, body.clone());
        let text = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(reply.status == 400 && text.contains(detail), "{path} {body}: {} {text}", reply.status);
    }
    assert_eq!(get(&server, "/runs/threads/unknown?select=all_messages").status, 404);
    assert_eq!(get(&server, "/runs/threads/t1?select=everything").status, 400);
    assert_eq!(get(&server, "/runs/threads/t1?session_id=x").status, 400);
}
