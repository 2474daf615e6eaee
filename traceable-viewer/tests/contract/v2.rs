//! Version 2 of the API, by requests as the generated clients send them.

use serde_json::{Value, json};

pub(crate) use crate::common::C;
use crate::common::{A, B, Reply, Server, order, server};

pub(crate) const T: &str = "01a2036e-0bed-710d-96ed-c3ae3327ba66";

/// A trace of three runs in a thread, of which one failed, and a trace without a thread.
pub(crate) fn filled() -> Server {
    let server = server();
    let run = |id: &str, above: &[&str], second: u32, more: Value| {
        let mut ids = above.to_vec();
        ids.push(id);
        let mut run = json!({
            "id": id, "trace_id": ids[0], "dotted_order": order(&ids), "session_name": "demo",
            "start_time": format!("2026-11-22T13:24:{second:02}.000000Z"),
            "end_time": format!("2026-11-22T13:24:{second:02}.500000Z"),
        });
        if let Some(above) = above.last() {
            run["parent_run_id"] = json!(above);
        }
        run.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        run
    };
    let post = json!([
        run(
            A,
            &[],
            33,
            json!({
                "name": "agent", "run_type": "chain", "inputs": { "q": "hi" }, "outputs": { "answer": 1 }, "tags": ["a"],
                "extra": { "metadata": { "thread_id": "t1", "k": "v" } },
            })
        ),
        run(
            B,
            &[A],
            34,
            json!({ "name": "llm", "run_type": "llm", "outputs": {
            "usage_metadata": { "input_tokens": 3, "output_tokens": 4, "total_tokens": 7, "total_cost": 0.0003 } } })
        ),
        run(C, &[A], 35, json!({ "name": "boom", "run_type": "tool", "error": "ValueError('bad')" })),
        run(T, &[], 36, json!({ "name": "other", "run_type": "chain", "inputs": { "n": 1 } })),
    ]);
    let reply = server.json("POST", "/runs/batch", &json!({ "post": post, "patch": [] }));
    assert_eq!(reply.status, 202, "{}", reply.body);
    server
}

pub(crate) fn post(server: &Server, path: &str, body: Value) -> Reply {
    server.json("POST", path, &body)
}

pub(crate) fn get(server: &Server, path: &str) -> Reply {
    server.send("GET", path, &[], b"")
}

pub(crate) fn project(server: &Server) -> String {
    server.run(A).project_id.to_string()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

pub(crate) fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|run| run["name"].as_str().unwrap()).collect()
}

#[test]
fn runs_have_what_is_selected() {
    let server = filled();
    let project = project(&server);
    for prefix in ["/api/v2", "/v2"] {
        let body =
            json!({ "project_ids": [project], "selects": ["ID", "name", "STATUS", "LATENCY_SECONDS"] });
        let page = post(&server, &format!("{prefix}/runs/query"), body).json();
        assert_eq!(names(&page), ["other", "boom", "llm", "agent"]);
        assert_eq!(page["next_cursor"], Value::Null);
        let boom = json!({ "id": C, "name": "boom", "status": "ERROR", "latency_seconds": 0.5, "query_metadata": null });
        assert_eq!(page["items"][1], boom);
    }
    let page = post(&server, "/api/v2/runs/query", json!({ "unknown_key": 1, "selects": null })).json();
    assert_eq!(
        page["items"][0],
        json!({ "id": T, "query_metadata": null }),
        "the id, when nothing is selected"
    );
    let other = json!({ "project_ids": ["01a2036e-0000-7000-8000-000000000000"] });
    assert_eq!(post(&server, "/api/v2/runs/query", other).json()["items"], json!([]));
}

#[test]
fn every_name_can_be_selected() {
    let server = filled();
    let selects = "ID NAME RUN_TYPE STATUS START_TIME END_TIME LATENCY_SECONDS FIRST_TOKEN_TIME ERROR ERROR_PREVIEW EXTRA \
        METADATA EVENTS INPUTS INPUTS_PREVIEW OUTPUTS OUTPUTS_PREVIEW MANIFEST PARENT_RUN_IDS PROJECT_ID TRACE_ID THREAD_ID \
        DOTTED_ORDER IS_ROOT REFERENCE_EXAMPLE_ID REFERENCE_DATASET_ID TOTAL_TOKENS PROMPT_TOKENS COMPLETION_TOKENS \
        TOTAL_COST PROMPT_COST COMPLETION_COST PROMPT_TOKEN_DETAILS COMPLETION_TOKEN_DETAILS PROMPT_COST_DETAILS \
        COMPLETION_COST_DETAILS PRICE_MODEL_ID TAGS APP_PATH ATTACHMENTS THREAD_EVALUATION_TIME IS_IN_DATASET \
        LAST_QUEUED_AT SHARE_URL FEEDBACK_STATS LS_USER_ID";
    let selects: Vec<&str> = selects.split_whitespace().collect();
    assert_eq!(selects.len(), 46);
    let page = post(&server, "/api/v2/runs/query", json!({ "ids": [C, A], "selects": selects })).json();
    let mut wanted: Vec<String> = selects.iter().map(|name| name.to_lowercase()).collect();
    wanted.push("query_metadata".to_owned());
    wanted.sort();
    for run in page["items"].as_array().unwrap() {
        let mut found = keys(run);
        found.sort_unstable();
        assert_eq!(found, wanted);
    }
    let (boom, agent) = (&page["items"][0], &page["items"][1]);
    for (key, value) in [
        ("run_type", json!("TOOL")),
        ("is_root", json!(false)),
        ("parent_run_ids", json!([A])),
        ("error", json!("ValueError('bad')")),
        ("error_preview", json!("ValueError('bad')")),
        ("start_time", json!("2026-11-22T13:24:35.000000Z")),
        ("end_time", json!("2026-11-22T13:24:35.500000Z")),
        ("events", json!([])),
        ("attachments", json!({})),
        ("feedback_stats", json!({})),
        ("manifest", Value::Null),
    ] {
        assert_eq!(boom[key], value, "{key}");
    }
    assert_eq!(agent["inputs"], json!({ "q": "hi" }));
    assert_eq!(agent["metadata"], json!({ "thread_id": "t1", "k": "v" }));
    assert_eq!((&agent["tags"], &agent["is_root"]), (&json!(["a"]), &json!(true)));
    let path =
        format!("/o/00000000-0000-0000-0000-000000000001/projects/p/{}/r/{A}?trace_id={A}", project(&server));
    assert!(agent["app_path"].as_str().unwrap().starts_with(&path), "{agent}");
}

#[test]
fn no_digit_of_a_number_changes() {
    let server = server();
    let body = format!(
        r#"{{"id":"{A}","trace_id":"{A}","dotted_order":"{}","name":"n","run_type":"chain","inputs":{{"n":1.000000000000000000001,
           "big":123456789012345678901234567890}}}}"#,
        order(&[A])
    );
    assert_eq!(server.send("POST", "/runs", &[], body.as_bytes()).status, 202);
    let text = get(&server, &format!("/api/v2/runs/{A}?selects=INPUTS")).body;
    assert!(
        text.contains("1.000000000000000000001") && text.contains("123456789012345678901234567890"),
        "{text}"
    );
    // the line break in the inputs does not end the event
    let body = json!({ "selects": ["INPUTS"] }).to_string();
    let events =
        server.send("POST", "/v2/runs/query", &[("Accept", "text/event-stream")], body.as_bytes()).body;
    assert_eq!(events.lines().filter(|line| !line.is_empty()).count(), 4, "{events}");
}

#[test]
fn pages_follow_each_other() {
    let server = filled();
    let mut found = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let body = json!({ "selects": ["NAME"], "page_size": 3, "cursor": cursor });
        let page = post(&server, "/api/v2/runs/query", body).json();
        found.extend(names(&page).into_iter().map(str::to_owned));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(found, ["other", "boom", "llm", "agent"]);
}

#[test]
fn pages_as_events() {
    let server = filled();
    let mut cursor = Value::Null;
    for wanted in [vec!["other", "boom", "llm"], vec!["agent"]] {
        let body = json!({ "selects": ["NAME"], "page_size": 3, "cursor": cursor }).to_string();
        let reply =
            server.send("POST", "/api/v2/runs/query", &[("Accept", "text/event-stream")], body.as_bytes());
        assert!(reply.head.contains("content-type: text/event-stream"), "{}", reply.head);
        let (data, end) = reply.body.split_once("\n\n").unwrap();
        assert_eq!(end, "event: end\ndata: null\n\n");
        let patch: Value = serde_json::from_str(data.strip_prefix("event: data\ndata: ").unwrap()).unwrap();
        assert_eq!((&patch[0]["op"], &patch[0]["path"]), (&json!("add"), &json!("")));
        let page = &patch[0]["value"];
        assert_eq!(names(page), wanted);
        cursor = page["next_cursor"].clone();
    }
    assert_eq!(cursor, Value::Null);
}

#[test]
fn conditions_of_runs() {
    let server = filled();
    for (body, wanted) in [
        (json!({ "is_root": true }), vec!["other", "agent"]),
        (json!({ "has_error": true }), vec!["boom"]),
        (json!({ "run_type": "LLM" }), vec!["llm"]),
        (json!({ "trace_id": A, "page_size": 1 }), vec!["boom", "llm", "agent"]),
        (json!({ "min_start_time": "2026-11-22T13:24:35Z" }), vec!["other", "boom"]),
        (json!({ "max_start_time": "2026-11-22T13:24:34.000000Z" }), vec!["agent"]),
        (json!({ "min_start_time": 1_795_353_875_000_i64 }), vec!["other", "boom"]),
        (json!({ "reference_dataset_id": A }), vec![]),
    ] {
        let mut all = json!({ "selects": ["NAME"] });
        all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        assert_eq!(names(&post(&server, "/api/v2/runs/query", all).json()), wanted, "{body}");
    }
}

#[test]
fn one_run_and_its_page() {
    let server = filled();
    let project = project(&server);
    let run = get(&server, &format!("/api/v2/runs/{A}?project_id={project}&selects=ID&selects=NAME")).json();
    assert_eq!(run, json!({ "id": A, "name": "agent", "query_metadata": null }));
    let url = get(&server, &format!("/api/v2/runs/{A}/url?project_id={project}&trace_id={A}")).json();
    let wanted =
        format!("http://localhost/o/00000000-0000-0000-0000-000000000001/projects/p/{project}/r/{A}");
    assert_eq!(url, json!({ "url": wanted }));
    for path in ["", "/url"] {
        let reply = get(&server, &format!("/api/v2/runs/01a2036e-0000-7000-8000-000000000000{path}"));
        assert_eq!((reply.status, reply.json()), (404, json!({ "detail": "Run not found" })));
    }
}

#[test]
fn traces_and_their_runs() {
    let server = filled();
    let project = project(&server);
    let page =
        post(&server, "/api/v2/traces/query", json!({ "project_id": project, "selects": ["NAME"] })).json();
    let root = |name| json!({ "root_run": { "name": name, "query_metadata": null }, "query_metadata": null });
    assert_eq!(page, json!({ "items": [root("other"), root("agent")], "next_cursor": null }));
    let body =
        json!({ "project_id": project, "trace_ids": [A], "selects": ["NAME", "TOTAL_TOKENS", "TOTAL_COST"] });
    let page = post(&server, "/api/v2/traces/query", body).json();
    assert_eq!(keys(&page["items"][0]["trace_aggregates"]), ["total_cost", "total_tokens"]);
    let runs = get(&server, &format!("/api/v2/traces/{A}/runs?project_id={project}&selects=NAME")).json();
    assert_eq!((names(&runs), keys(&runs)), (vec!["agent", "llm", "boom"], vec!["items"]));
    let body = json!({ "project_id": project, "page_size": 1, "selects": ["NAME"] });
    let first = post(&server, "/api/v2/traces/query", body.clone()).json();
    let mut next = body;
    next["cursor"] = first["next_cursor"].clone();
    let second = post(&server, "/api/v2/traces/query", next).json();
    assert_eq!((&first["items"][0], &second["items"][0]), (&root("other"), &root("agent")));
    for key in ["filter", "trace_filter"] {
        let body = json!({ "project_id": project, key: r#"eq(name, "agent")"#, "selects": ["NAME"] });
        let page = post(&server, "/api/v2/traces/query", body).json();
        assert_eq!(page["items"], json!([root("agent")]), "{key}");
    }
}

/// A query may be compressed, as runs may be.
#[test]
fn compressed_queries() {
    let server = filled();
    let query = br#"{"page_size":1,"selects":["NAME"]}"#;
    let headers = |encoding| [("Content-Type", "application/json"), ("Content-Encoding", encoding)];
    for (encoding, body) in
        [("gzip", crate::common::gzip(query)), ("zstd", zstd::encode_all(&query[..], 3).unwrap())]
    {
        let reply = server.send("POST", "/v2/runs/query", &headers(encoding), &body);
        assert_eq!((reply.status, names(&reply.json())), (200, vec!["other"]), "{encoding}");
    }
    let long = crate::common::gzip(&vec![b' '; (4 << 20) + 1]);
    assert_eq!(server.send("POST", "/v2/runs/query", &headers("gzip"), &long).status, 413);
    assert_eq!(server.send("POST", "/v2/runs/query", &headers("br"), query).status, 415);
    assert_eq!(server.send("POST", "/v2/runs/query", &headers("gzip"), query).status, 400);
}

/// A proxy before the server says which scheme the client used.
#[test]
fn links_behind_a_proxy() {
    let server = filled();
    for (scheme, headers) in [("http", &[][..]), ("https", &[("X-Forwarded-Proto", "https")])] {
        let reply = server.send("GET", &format!("/v2/runs/{A}/url"), headers, b"");
        let url = reply.json()["url"].as_str().unwrap().to_owned();
        assert!(url.starts_with(&format!("{scheme}://localhost/")), "{url}");
    }
}

#[test]
fn paths_that_are_no_utf8() {
    let server = filled();
    for path in ["/runs/%FF", "/v2/runs/%FF", "/v2/threads/%FF/traces", "/public/%FF/run"] {
        let reply = get(&server, path);
        assert!(reply.status == 400 && reply.json()["detail"].is_string(), "{path}: {}", reply.body);
    }
}

#[test]
fn no_unknown_run_is_unshared() {
    let server = filled();
    for prefix in ["", "/v2"] {
        let path = |id: &str| format!("{prefix}/runs/{id}/share");
        assert_eq!(server.send("DELETE", &path(A), &[], b"").status, 200);
        assert_eq!(
            server.send("DELETE", &path("00000000-0000-4000-8000-000000000009"), &[], b"").status,
            404
        );
    }
}

/// What is wrong is named, and what is not supported is refused: to ignore it would be to answer something else.
#[test]
fn bad_input() {
    let server = filled();
    for (path, body, status, detail) in [
        ("runs/query", json!({ "selects": ["LATENCY"] }), 400, "did you mean LATENCY_SECONDS?"),
        ("runs/query", json!({ "selects": 5 }), 400, "`selects` is no list of texts"),
        ("runs/query", json!({ "page_size": 0 }), 400, "`page_size` is no whole number from 1 to 1000"),
        ("runs/query", json!({ "page_size": -1 }), 400, "`page_size`"),
        ("runs/query", json!({ "page_size": "many" }), 400, "`page_size`"),
        ("runs/query", json!({ "page_size": 1e18 }), 400, "`page_size`"),
        ("runs/query", json!({ "cursor": "foreign" }), 400, "cursor"),
        ("runs/query", json!({ "cursor": "WyIyMDI2Il0=" }), 400, "cursor"),
        ("runs/query", json!({ "project_ids": ["' OR 1=1 --"] }), 400, "`project_ids` is no UUID"),
        ("runs/query", json!({ "is_root": "perhaps" }), 400, "`is_root`"),
        ("runs/query", json!({ "min_start_time": "yesterday" }), 400, "`min_start_time` is no time"),
        ("runs/query", json!([1]), 400, "no JSON object"),
        ("runs/query", json!({ "ai_search": "angry users" }), 501, "`ai_search`"),
        ("runs/query", json!({ "sem_filter": "x" }), 501, "`sem_filter`"),
        ("threads/query", json!({ "thread_filter": "x" }), 501, "`thread_filter`"),
        ("threads/query", json!({ "page_size": 101 }), 400, "from 1 to 100"),
        ("threads/query", json!({ "cursor": "x" }), 400, "cursor"),
        ("threads/stats", json!({ "select": ["TOTAL"] }), 400, "did you mean TOTAL_COST?"),
        ("traces/query", json!({ "trace_ids": [7] }), 400, "`trace_ids` is no list of texts"),
    ] {
        let reply = post(&server, &format!("/api/v2/{path}"), body.clone());
        let found = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(reply.status == status && found.contains(detail), "{path} {body}: {} {found}", reply.status);
    }
    let long = json!({ "selects": ["x".repeat(100_000)] });
    assert!(post(&server, "/api/v2/runs/query", long).body.len() < 500);
    for path in
        ["runs/no-uuid", "runs/%00", "runs/no-uuid/url", "traces/1/runs", "threads/t1/traces?selects=X"]
    {
        assert_eq!(get(&server, &format!("/api/v2/{path}")).status, 400, "{path}");
    }
    let reply = server.send("POST", "/api/v2/runs/query", &[], b"{nonsense");
    assert_eq!(reply.status, 400, "{}", reply.body);
    assert_eq!(server.send("POST", "/api/v2/runs/query", &[], b"").status, 200);
    assert_eq!(get(&server, "/api/v2/datasets").status, 404);
    assert_eq!(get(&server, "/api/v2/threads/unknown/stats?selects=TURNS").status, 404);
}

#[test]
fn other_machines_and_origins_are_refused() {
    let server = filled();
    let routes = [
        ("POST", "runs/query"),
        ("GET", &*format!("runs/{A}")),
        ("GET", &*format!("runs/{A}/url")),
        ("POST", "traces/query"),
        ("GET", &*format!("traces/{A}/runs")),
        ("POST", "threads/query"),
        ("POST", "threads/stats"),
        ("GET", "threads/t1/traces"),
        ("GET", "threads/t1/stats"),
        ("GET", "sessions"),
        ("GET", &*format!("sessions/{A}")),
        ("POST", &*format!("runs/{A}/share")),
        ("DELETE", &*format!("runs/{A}/share")),
        ("POST", &*format!("public/{A}/runs/query")),
        ("GET", &*format!("public/{A}/run/{A}")),
    ];
    for (method, path) in routes {
        for prefix in ["/api/v2", "/v2"] {
            let path = format!("{prefix}/{path}");
            assert_eq!(server.raw(method, &path, &[("Host", "example.org")], b"{}").status, 403, "{path}");
            let other = [("Host", "localhost"), ("Origin", "https://example.org")];
            assert_eq!(server.raw(method, &path, &other, b"{}").status, 403, "{path}");
        }
    }
}

#[test]
fn files_have_links() {
    let server = filled();
    let id = "01a2036e-0bee-710d-96ed-c3ae3327ba67";
    let run = json!({ "id": id, "trace_id": id, "dotted_order": order(&[id]), "name": "file", "run_type": "chain",
                      "start_time": "2026-11-22T13:24:40Z" });
    let parts = [(&*format!("post.{id}"), &*run.to_string()), (&*format!("attachment.{id}.a b"), "bytes")];
    assert_eq!(server.multipart(&parts).status, 202);
    let page =
        post(&server, "/api/v2/runs/query", json!({ "selects": ["ATTACHMENTS"], "page_size": 1 })).json();
    let link = page["items"][0]["attachments"]["a b"].as_str().unwrap().to_owned();
    let path = link.strip_prefix("http://localhost").unwrap_or_else(|| panic!("{link}"));
    assert_eq!(get(&server, path).body, "bytes");
}
