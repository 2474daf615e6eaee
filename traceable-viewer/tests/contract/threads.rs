//! Threads, in both versions of the API.

use serde_json::{Value, json};

use crate::common::{A, B, Server, order, server};
use crate::v2::{C, T, get, post, project};

/// Two threads: `t1` of two traces, of which the second failed, and `t2` of one, between them. Each trace has a run below
/// its root that has the tokens.
fn threads() -> Server {
    let server = server();
    let trace = |root: &str, child: &str, thread: &str, second: u32, more: Value| {
        let time = |ms: u32| format!("2026-11-22T13:24:{second:02}.{ms:03}000Z");
        let mut run = json!({
            "id": root, "trace_id": root, "dotted_order": order(&[root]), "name": "agent", "run_type": "chain",
            "session_name": "demo", "start_time": time(0), "end_time": time(100 + second),
            "extra": { "metadata": { "thread_id": thread } },
        });
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let llm = json!({
            "id": child, "trace_id": root, "parent_run_id": root, "dotted_order": order(&[root, child]), "name": "llm",
            "run_type": "llm", "session_name": "demo", "start_time": time(1), "end_time": time(2),
            "outputs": { "usage_metadata": { "input_tokens": 3, "output_tokens": 4, "total_tokens": 7, "total_cost": 0.5 } },
            "extra": { "metadata": { "thread_id": thread } },
        });
        [run, llm]
    };
    let said = |by: &str, text: &str| json!({ "role": by, "content": text });
    let runs = [
        trace(
            A,
            "01a2036e-1bea-710d-96ed-c3ae3327ba63",
            "t1",
            10,
            json!({
            "inputs": { "q": "hi" }, "outputs": { "messages": [said("assistant", "hello")] } }),
        ),
        trace(B, "01a2036e-1beb-710d-96ed-c3ae3327ba63", "t2", 20, json!({ "inputs": { "q": "other" } })),
        trace(
            C,
            "01a2036e-1bec-710d-96ed-c3ae3327ba63",
            "t1",
            30,
            json!({
            "inputs": { "messages": [said("user", "hi"), said("assistant", "hello"), said("user", "and?")] },
            "error": "ValueError('bad')" }),
        ),
        trace(T, "01a2036e-1bed-710d-96ed-c3ae3327ba63", "", 40, json!({ "extra": {} })),
    ];
    let reply = post(&server, "/runs/batch", json!({ "post": runs.concat(), "patch": [] }));
    assert_eq!(reply.status, 202, "{}", reply.body);
    server
}

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|thread| thread["thread_id"].as_str().unwrap()).collect()
}

#[test]
fn pages_of_threads() {
    let server = threads();
    let project = project(&server);
    let page = post(&server, "/api/v2/threads/query", json!({ "project_id": project })).json();
    assert_eq!((ids(&page), &page["next_cursor"]), (vec!["t1", "t2"], &Value::Null));
    let thread = &page["items"][0];
    for (key, value) in [
        ("count", json!(2)),
        ("first_trace_id", json!(A)),
        ("last_trace_id", json!(C)),
        ("min_start_time", json!("2026-11-22T13:24:10.000000Z")),
        ("max_start_time", json!("2026-11-22T13:24:30.000000Z")),
        ("last_error", json!("ValueError('bad')")),
        ("num_errored_turns", json!(1)),
        ("latency_p50", json!(0.11)),
        ("latency_p99", json!(0.13)),
        ("total_tokens", json!(14)),
        ("total_cost", json!(1.0)),
        ("feedback_stats", json!({})),
        ("query_metadata", Value::Null),
    ] {
        assert_eq!(thread[key], value, "{key}");
    }
    assert!(thread["first_inputs"].as_str().unwrap().contains("hi"), "{thread}");
    assert_eq!(page["items"][1]["last_error"], Value::Null);

    let first = post(&server, "/v2/threads/query", json!({ "project_id": project, "page_size": 1 })).json();
    let cursor = &first["next_cursor"];
    let second = post(
        &server,
        "/v2/threads/query",
        json!({ "project_id": project, "page_size": 1, "cursor": cursor }),
    );
    assert_eq!((ids(&first), ids(&second.json())), (vec!["t1"], vec!["t2"]));
    assert_eq!(second.json()["next_cursor"], Value::Null);
    for (more, wanted) in [
        (json!({ "max_start_time": "2026-11-22T13:24:30Z" }), vec!["t2", "t1"]),
        (json!({ "min_start_time": "2026-11-22T13:24:30Z" }), vec!["t1"]),
        (json!({ "filter": "eq(status, \"error\")" }), vec!["t1"]),
        (json!({ "filter": "eq(thread_id, \"t2\")" }), vec!["t2"]),
        (json!({ "project_id": A }), vec![]),
    ] {
        let page = post(&server, "/api/v2/threads/query", more.clone()).json();
        assert_eq!(ids(&page), wanted, "{more}");
    }
}

#[test]
fn the_traces_of_a_thread() {
    let server = threads();
    let project = project(&server);
    let path = format!("/api/v2/threads/t1/traces?project_id={project}");
    let page = get(
        &server,
        &format!("{path}&selects=NAME&selects=TURN_NUMBER&selects=TOTAL_TOKENS&selects=LATENCY"),
    )
    .json();
    let turn = |id, number, latency| json!({ "trace_id": id, "name": "agent", "turn_number": number, "total_tokens": 7, "latency": latency });
    assert_eq!(page, json!({ "items": [turn(A, 1, 0.11), turn(C, 2, 0.13)], "next_cursor": null }));
    let first = get(&server, &format!("{path}&page_size=1")).json();
    assert_eq!(first["items"], json!([{ "trace_id": A }]));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("{path}&page_size=1&selects=TURN_NUMBER&cursor={cursor}")).json();
    assert_eq!(second, json!({ "items": [{ "trace_id": C, "turn_number": 2 }], "next_cursor": null }));
    assert_eq!(get(&server, "/api/v2/threads/unknown/traces").json()["items"], json!([]));
    assert_eq!(get(&server, &format!("{path}&cursor=x")).status, 400);
}

#[test]
fn numbers_about_threads() {
    let server = threads();
    let project = project(&server);
    let selects =
        "selects=TURNS&selects=TOTAL_TOKENS&selects=LATENCY_P50&selects=TOTAL_COST&selects=LAST_END_TIME";
    let one = get(&server, &format!("/api/v2/threads/t1/stats?session_id={project}&{selects}")).json();
    let wanted = json!({ "turns": 2, "total_tokens": 14, "latency_p50_seconds": 0.11, "total_cost": 1.0,
                         "last_end_time": "2026-11-22T13:24:30.130000Z" });
    assert_eq!(one, wanted);
    let select =
        ["THREAD_COUNT", "TRACE_COUNT", "TOTAL_TOKENS", "ERROR_RATE", "MEDIAN_TOKENS", "LATENCY_P99"];
    let all =
        post(&server, "/api/v2/threads/stats", json!({ "project_id": project, "select": select })).json();
    assert_eq!(all["thread_count"], 2);
    assert_eq!(
        (&all["trace_count"], &all["total_tokens"], &all["median_tokens"]),
        (&json!(3), &json!(21), &json!(7))
    );
    assert_eq!((&all["error_rate"], &all["latency_p99_seconds"]), (&json!(1.0 / 3.0), &json!(0.13)));
}

#[test]
fn groups_of_runs() {
    let server = threads();
    let body = json!({ "session_id": project(&server), "group_by": "conversation", "start_time": null, "end_time": null,
                       "limit": 1, "offset": 1 });
    let page = post(&server, "/runs/group", body).json();
    assert_eq!(page["total"], 2);
    let groups = page["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1);
    let group = &groups[0];
    assert_eq!((&group["group_key"], &group["filter"]), (&json!("t2"), &json!("eq(thread_id, \"t2\")")));
    assert_eq!(
        (&group["count"], &group["total_tokens"], &group["total_cost"]),
        (&json!(1), &json!(7), &json!("0.5"))
    );
}

#[test]
fn the_messages_of_a_thread() {
    let server = threads();
    let path = format!("/runs/threads/t1?select=all_messages&session_id={}", project(&server));
    let text = get(&server, &path).json()["previews"]["all_messages"].as_str().unwrap().to_owned();
    let messages: Vec<Value> = text.split("\n\n").map(|one| serde_json::from_str(one).unwrap()).collect();
    let said = |by: &str, text: &str| json!({ "role": by, "content": text });
    assert_eq!(messages, [said("user", "hi"), said("assistant", "hello"), said("user", "and?")]);
}
