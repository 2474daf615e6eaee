//! Version 1 of the API: what the clients' own calls do not show.

use serde_json::{Value, json};

use crate::common::{A, B, C, MULTIPART, Reply, Server, order, server, server_with};

/// A trace of two runs, of which one failed; and a run with files.
fn filled() -> Server {
    let server = server();
    fill(&server, &[]);
    server
}

fn fill(server: &Server, headers: &[(&str, &str)]) {
    let root = json!({
        "id": A, "trace_id": A, "dotted_order": order(&[A]), "session_name": "demo", "name": "agent",
        "run_type": "chain", "start_time": "2026-11-22T13:24:33Z", "end_time": "2026-11-22T13:24:34Z",
        "inputs": { "messages": [{ "role": "user", "content": "hi" }] },
        "outputs": { "messages": [{ "role": "assistant", "content": "hello" }], "n": 1 },
    });
    let child = json!({
        "id": B, "trace_id": A, "dotted_order": order(&[A, B]), "session_name": "demo", "name": "llm",
        "run_type": "llm", "start_time": "2026-11-22T13:24:33.5Z", "end_time": "2026-11-22T13:24:33.6Z",
        "error": "boom",
    });
    let other = json!({
        "id": C, "trace_id": C, "dotted_order": order(&[C]), "session_name": "files", "name": "files",
        "start_time": "2026-11-22T13:24:35Z",
    });
    let mut body = Vec::new();
    let files = [
        ("img", "image/png", "0123456789"),
        ("page", "text/html", "<script>"),
        ("a/../b %\u{e4}", "audio/wav", "x"),
    ];
    let runs = [(A, root), (B, child), (C, other)]
        .map(|(id, run)| (format!("post.{id}"), "application/json", run.to_string()));
    let files = files.map(|(name, mime, data)| (format!("attachment.{C}.{name}"), mime, data.to_owned()));
    for (name, mime, text) in runs.into_iter().chain(files) {
        let head = format!(
            "--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {mime}\r\n\r\n"
        );
        body.extend_from_slice(format!("{head}{text}\r\n").as_bytes());
    }
    body.extend_from_slice(b"--bound--\r\n");
    let mut all = vec![("Content-Type", MULTIPART)];
    all.extend_from_slice(headers);
    let reply = server.send("POST", "/runs/multipart", &all, &body);
    assert_eq!(reply.status, 202, "{}", reply.body);
    assert!(!reply.body.contains("rejected"), "{}", reply.body);
}

fn get(server: &Server, path: &str) -> Reply {
    server.send("GET", path, &[], b"")
}

fn names(rows: &Value) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn project(server: &Server, name: &str) -> Value {
    get(server, &format!("/sessions?name={name}")).json()[0].take()
}

#[test]
fn a_run_has_what_clients_demand() {
    let server = filled();
    let demands: Value = serde_json::from_str(include_str!("data/field-requirements.json")).unwrap();
    let list = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key.as_str().unwrap().split(' ').next().unwrap().to_owned())
            .collect()
    };
    let run = &demands["run"]["python"];
    for id in [A, B, C] {
        let got = get(&server, &format!("/runs/{id}")).json();
        for key in list(&run["must_be_present"]).into_iter().chain(list(&run["must_not_be_null_if_present"]))
        {
            assert!(!got[&key].is_null(), "{key} of {got}");
        }
        for key in list(&run["must_be_uuid"]) {
            assert!(got[&key].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{key}");
        }
        assert!(got["inputs"].is_object() && got["outputs"].as_str().is_none() && got["extra"].is_object());
        assert!(got["events"].is_array() && got["tags"].is_array() && got["total_tokens"].is_u64());
        assert!(got["app_path"].as_str().unwrap().ends_with(&format!(
            "/r/{id}?trace_id={}&start_time={}",
            got["trace_id"].as_str().unwrap(),
            got["start_time"].as_str().unwrap()
        )));
    }
    assert_eq!(get(&server, &format!("/runs/{B}")).json()["parent_run_id"], A);
    let project = project(&server, "demo");
    for key in list(&demands["project"]["python"]["must_be_present"]) {
        assert!(project.get(&key).is_some(), "{key} of {project}");
    }
    for key in list(&demands["project"]["python"]["must_not_be_null_if_present"]) {
        assert!(!project[&key].is_null(), "{key} of {project}");
    }
    let stats = get(&server, "/sessions?name=demo&include_stats=True").json();
    assert!(stats[0]["latency_p50"].is_f64() && stats[0]["run_count"] == 2, "{stats}");
}

#[test]
fn a_run_by_id_may_have_its_messages() {
    let server = filled();
    let run = get(&server, &format!("/runs/{A}?include_messages=true")).json();
    let messages = json!([{ "role": "user", "content": "hi" }, { "role": "assistant", "content": "hello" }]);
    assert_eq!(run["messages"], messages);
    assert!(get(&server, &format!("/runs/{A}")).json().get("messages").is_none());
}

#[test]
fn a_body_may_be_odd() {
    let server = filled();
    let id = project(&server, "demo")["id"].clone();
    for (body, wanted) in [
        (json!({}), vec!["files", "llm", "agent"]),
        (json!({ "session": [id], "start_time": null, "nothing": { "of": "ours" } }), vec!["llm", "agent"]),
        (json!({ "session_id": id, "order_by": "-start_time" }), vec!["llm", "agent"]),
        (json!({ "session": id, "order": "asc" }), vec!["agent", "llm"]),
        (json!({ "trace": A, "limit": 1 }), vec!["llm", "agent"]),
        (json!({ "start_time": 1_795_353_875_000_i64 }), vec!["files"]),
        (json!({ "end_time": "2026-11-22T13:24:34" , "is_root": "True" }), vec!["agent"]),
        (json!({ "error": true, "select": ["id"] }), vec!["llm"]),
        (json!({ "limit": 1, "offset": 1 }), vec!["llm"]),
        (json!({ "id": [A], "session": [C] }), vec!["agent"]),
        (json!({ "execution_order": 1 }), vec!["files", "agent"]),
    ] {
        let reply = server.send(
            "POST",
            "/runs/query",
            &[("Content-Type", "text/plain")],
            body.to_string().as_bytes(),
        );
        assert_eq!(reply.status, 200, "{body}: {}", reply.body);
        assert_eq!(names(&reply.json()["runs"]), wanted, "{body}");
    }
}

#[test]
fn pages_follow_each_other() {
    let server = filled();
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = server.json("POST", "/runs/query", &json!({ "limit": 1, "cursor": cursor })).json();
        seen.extend(names(&page["runs"]).into_iter().map(str::to_owned));
        cursor = page["cursors"]["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["files", "llm", "agent"]);
}

#[test]
fn projects_are_made_changed_and_deleted() {
    let server = filled();
    let made = server.json(
        "POST",
        "/sessions",
        &json!({ "id": C, "name": "made", "extra": { "metadata": { "k": 1 } } }),
    );
    assert_eq!((made.status, made.json()["id"].as_str()), (200, Some(C)), "{}", made.body);
    assert_eq!(server.json("POST", "/sessions", &json!({ "name": "made" })).status, 409);
    assert_eq!(server.json("POST", "/sessions?upsert=true", &json!({ "name": "made" })).json()["id"], C);
    let list = |query: &str| names(&get(&server, &format!("/sessions?{query}")).json()).join(" ");
    assert_eq!(list("metadata=%7B%22k%22%3A1%7D"), "made");
    assert_eq!(list("metadata=%7B%22k%22%3A2%7D"), "");
    assert_eq!(list("sort_by=name&sort_by_desc=false"), "demo files made");
    assert_eq!(list("sort_by=name&limit=1&offset=1"), "files");
    assert_eq!(list("name_contains=DE&reference_free=true"), "made demo");
    assert_eq!(list("reference_free=False"), "");
    assert_eq!(list(&format!("id={C}&id={A}")), "made");

    let changed =
        server.json("PATCH", &format!("/sessions/{C}"), &json!({ "name": "renamed", "description": null }));
    assert_eq!((changed.status, changed.json()["name"].as_str()), (200, Some("renamed")));
    assert_eq!(server.json("PATCH", &format!("/sessions/{C}"), &json!({ "name": "demo" })).status, 409);
    assert_eq!(server.json("PATCH", &format!("/sessions/{A}"), &json!({ "name": "x" })).status, 404);

    let id = project(&server, "demo")["id"].as_str().unwrap().to_owned();
    assert_eq!(server.json("POST", "/feedback", &json!({ "key": "k", "run_id": A })).status, 200);
    assert_eq!(server.send("DELETE", &format!("/sessions/{id}"), &[], b"").status, 202);
    assert_eq!(server.send("DELETE", &format!("/sessions/{id}"), &[], b"").status, 404);
    assert_eq!(get(&server, &format!("/runs/{A}")).status, 404);
    assert_eq!(get(&server, &format!("/runs/{C}")).status, 200);
    assert_eq!(get(&server, &format!("/feedback?run={A}")).json(), json!([]));
}

#[test]
fn feedback_is_kept_and_summed_up() {
    let server = filled();
    let mut ids = Vec::new();
    for (score, value) in [(json!(1), json!(null)), (json!(0.5), json!(null)), (json!(null), json!("good"))] {
        let body = json!({ "run_id": A, "key": "k", "score": score, "value": value, "feedback_source": { "type": "api" } });
        ids.push(server.json("POST", "/feedback", &body).json()["id"].as_str().unwrap().to_owned());
    }
    server.json("POST", "/feedback", &json!({ "run_id": B, "key": "other", "score": true }));
    let stats = get(&server, &format!("/runs/{A}")).json()["feedback_stats"].clone();
    assert_eq!(stats, json!({ "k": { "n": 3, "avg": 0.75, "values": { "good": 1 } } }));
    let count = |query: &str| get(&server, &format!("/feedback?{query}")).json().as_array().unwrap().len();
    assert_eq!(count(&format!("run={A}")), 3);
    assert_eq!(count(&format!("run={A}&run={B}")), 4);
    assert_eq!(count("key=other"), 1);
    assert_eq!(count("source=api&limit=2&offset=2"), 1);
    assert_eq!(count(&format!("session={}", project(&server, "files")["id"].as_str().unwrap())), 0);

    let changed = server
        .json("PATCH", &format!("/feedback/{}", ids[0]), &json!({ "score": 0, "comment": "no" }))
        .json();
    assert_eq!(
        (&changed["score"], &changed["comment"], &changed["key"]),
        (&json!(0), &json!("no"), &json!("k"))
    );
    assert_eq!(get(&server, &format!("/feedback/{}", ids[0])).json(), changed);
    assert_eq!(server.send("DELETE", &format!("/feedback/{}", ids[0]), &[], b"").status, 200);
    for method in ["GET", "DELETE"] {
        assert_eq!(server.send(method, &format!("/feedback/{}", ids[0]), &[], b"").status, 404);
    }
}

#[test]
fn files_are_served_with_care() {
    let server = filled();
    let urls = get(&server, &format!("/runs/{C}")).json()["s3_urls"].clone();
    let url = |name: &str| urls[format!("attachment.{name}")]["presigned_url"].as_str().unwrap().to_owned();
    let unselected = server.json("POST", "/runs/query", &json!({ "id": [C], "select": ["id"] })).json();
    assert!(unselected["runs"][0]["s3_urls"].is_null());
    let selected = server.json("POST", "/runs/query", &json!({ "id": [C], "select": ["s3_urls"] })).json();
    assert_eq!(selected["runs"][0]["s3_urls"], urls);

    let image = get(&server, &url("img"));
    assert_eq!((image.status, image.body.as_str()), (200, "0123456789"));
    for header in
        ["content-type: image/png", "nosniff", "content-disposition: inline", "content-security-policy"]
    {
        assert!(image.head.contains(header), "{header}: {}", image.head);
    }
    assert!(
        get(&server, &format!("/api/v1{}", url("page"))).head.contains("content-disposition: attachment")
    );
    assert_eq!(get(&server, &url("a/../b %\u{e4}")).body, "x");
    for (range, status, body) in [
        ("bytes=2-4", 206, "234"),
        ("bytes=-3", 206, "789"),
        ("bytes=8-", 206, "89"),
        ("bytes=0-99", 206, "0123456789"),
        ("bytes=0-1,4-5", 200, "0123456789"),
        ("bytes=5-2", 416, ""),
        ("bytes=50-60", 416, ""),
        ("pages=1", 200, "0123456789"),
    ] {
        let reply = server.send("GET", &url("img"), &[("Range", range)], b"");
        assert_eq!((reply.status, reply.body.as_str()), (status, body), "{range}: {}", reply.head);
    }
    let etag = image.head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let same = server.send("GET", &url("img"), &[("If-None-Match", &etag)], b"");
    assert_eq!((same.status, same.body.as_str()), (304, ""));
    for path in ["..%2F..%2Fetc%2Fpasswd", "../../t.db", "%00", "no", "'%20OR%201=1--", "%FF"] {
        let reply = get(&server, &format!("/attachments/{C}/{path}"));
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
}

#[test]
fn links_to_files_need_no_token_and_nothing_else_does_without() {
    let server = server_with(|builder| builder.token("secret"));
    fill(&server, &[("x-api-key", "secret")]);
    let run = server.send("GET", &format!("/runs/{C}"), &[("x-api-key", "secret")], b"").json();
    let url = run["s3_urls"]["attachment.img"]["presigned_url"].as_str().unwrap().to_owned();
    assert_eq!(get(&server, &url).body, "0123456789");
    assert_eq!(get(&server, &format!("/api/v1{url}")).status, 200);
    let (path, query) = url.split_once('?').unwrap();
    for other in [
        path.to_owned(),
        url.replace("img", "page"),
        format!("/runs/{C}?{query}"),
        format!("{path}?{query}0"),
    ] {
        assert_eq!(get(&server, &other).status, 401, "{other}");
    }
}

#[test]
fn shared_runs() {
    let server = filled();
    assert_eq!(get(&server, &format!("/runs/{A}/share")).json(), Value::Null);
    let body = json!({ "run_id": A, "share_token": C }).to_string();
    let shared =
        server.send("PUT", &format!("/runs/{A}/share"), &[("Content-Type", "text/plain")], body.as_bytes());
    assert_eq!(shared.json(), json!({ "run_id": A, "share_token": C }), "{}", shared.body);
    assert_eq!(get(&server, &format!("/public/{C}/run")).json()["share_token"], C);
    let query = |body: Value| server.json("POST", &format!("/public/{C}/runs/query"), &body);
    assert_eq!(names(&query(json!({})).json()["runs"]), ["llm", "agent"]);
    assert_eq!(names(&query(json!({ "id": [B, C] })).json()["runs"]), ["llm"]);
    assert_eq!(query(json!({ "id": [C] })).status, 404, "a run of another trace");
    assert_eq!(server.json("PUT", &format!("/runs/{B}/share"), &json!({ "share_token": C })).status, 409);
    assert_eq!(server.json("PUT", &format!("/runs/{A}/share"), &json!({})).status, 400);
    assert_eq!(server.send("DELETE", &format!("/runs/{A}/share"), &[], b"").status, 200);
    assert_eq!(get(&server, &format!("/public/{C}/run")).status, 404);
}

/// What nobody can answer is refused with a sentence, and never with an error of the server.
#[test]
fn bad_input_is_refused() {
    let server = filled();
    let refused = |reply: Reply, what: &str| {
        assert!((400..500).contains(&reply.status), "{what}: {} {}", reply.status, reply.body);
        assert!(
            reply.json()["detail"].as_str().is_some_and(|detail| detail.len() > 5),
            "{what}: {}",
            reply.body
        );
    };
    let unknown = "00000000-0000-0000-0000-000000000005";
    for path in [
        format!("/runs/{unknown}"),
        "/runs/no-uuid".to_owned(),
        "/runs/'%20OR%201=1".to_owned(),
        format!("/sessions/{unknown}"),
        "/sessions/x".to_owned(),
        "/sessions?limit=0".to_owned(),
        "/sessions?limit=-1".to_owned(),
        "/sessions?limit=all".to_owned(),
        "/sessions?limit=1e18".to_owned(),
        "/sessions?offset=99999999999999999999".to_owned(),
        "/sessions?sort_by=id;DROP".to_owned(),
        "/sessions?metadata=1".to_owned(),
        "/sessions?id=x".to_owned(),
        "/sessions?include_stats=maybe".to_owned(),
        "/sessions/resolutions".to_owned(),
        "/sessions/resolutions?id=a&environment=MOON".to_owned(),
        "/feedback?run=x".to_owned(),
        "/feedback?limit=0".to_owned(),
        format!("/feedback/{unknown}"),
        format!("/attachments/{unknown}/a"),
        "/attachments/x/a".to_owned(),
        format!("/public/{unknown}/run"),
        "/datasets".to_owned(),
        "/repos".to_owned(),
        "/nowhere/at/all".to_owned(),
    ] {
        refused(get(&server, &path), &path);
    }
    for body in [
        json!([]),
        json!("text"),
        json!({ "limit": 0 }),
        json!({ "limit": -1 }),
        json!({ "limit": "many" }),
        json!({ "limit": 1e18 }),
        json!({ "offset": -1 }),
        json!({ "cursor": "foreign" }),
        json!({ "cursor": "WyIyMDI2LTExLTIyVDE0OjE2OjM5Ljc2NzkyN1oiLCAiMDFhMjAzOWQiXQ==" }),
        json!({ "id": ["x"] }),
        json!({ "session": [1] }),
        json!({ "trace": "'; DROP TABLE run; --" }),
        json!({ "start_time": "yesterday" }),
        json!({ "order": "sideways" }),
        json!({ "order_by": "name; DROP" }),
        json!({ "filter": "eq(nme, \"x\")" }),
        json!({ "filter": "'; DROP TABLE run; --" }),
        json!({ "trace_filter": "and(" }),
        json!({ "tree_filter": 1 }),
        json!({ "query": "***" }),
    ] {
        refused(server.json("POST", "/runs/query", &body), &body.to_string());
    }
    for text in [
        "'; DROP TABLE run; --",
        "\"unbalanced",
        "a AND (b OR",
        "NEAR(a b",
        "body:x",
        "a*",
        "^a",
        "-a",
        "\u{0}a",
    ] {
        for key in ["query", "search_filter", "run_type"] {
            let reply = server.json("POST", "/runs/query", &json!({ key: text }));
            assert!(reply.status < 500, "{key} {text:?}: {}", reply.body);
        }
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in ["/sessions?name=", "/sessions?name_contains=", "/feedback?key=", "/feedback?source="] {
            assert_eq!(get(&server, &format!("{path}{encoded}")).json(), json!([]), "{path}{text:?}");
        }
    }
    for (method, path, body) in [
        ("POST", "/sessions", json!({})),
        ("POST", "/sessions", json!({ "name": " " })),
        ("POST", "/sessions", json!({ "name": 1 })),
        ("POST", "/sessions", json!({ "name": "x", "extra": [] })),
        ("POST", "/sessions", json!({ "name": "x", "id": "x" })),
        ("POST", "/feedback", json!([])),
        ("POST", "/feedback", json!({ "score": 1 })),
        ("POST", "/feedback", json!({ "key": "k", "run_id": "x" })),
        ("POST", "/feedback", json!({ "key": "k", "id": 7 })),
        ("PATCH", "/feedback/00000000-0000-0000-0000-000000000005", json!({ "score": 1 })),
        ("PUT", "/runs/00000000-0000-0000-0000-000000000005/share", json!({ "share_token": A })),
        ("POST", "/info", json!({})),
    ] {
        refused(server.json(method, path, &body), &format!("{method} {path} {body}"));
    }
    assert_eq!(
        names(&server.json("POST", "/runs/query", &json!({})).json()["runs"]).len(),
        3,
        "nothing was harmed"
    );
}

/// No web page from elsewhere can call any of the routes, at any prefix.
#[test]
fn every_route_asks_who_calls() {
    let server = filled();
    let routes = [
        ("GET", format!("/runs/{A}")),
        ("POST", "/runs/query".to_owned()),
        ("PUT", format!("/runs/{A}/share")),
        ("GET", format!("/runs/{A}/share")),
        ("DELETE", format!("/runs/{A}/share")),
        ("GET", format!("/public/{A}/run")),
        ("POST", format!("/public/{A}/runs/query")),
        ("GET", "/sessions".to_owned()),
        ("POST", "/sessions".to_owned()),
        ("GET", "/sessions/resolutions?id=a".to_owned()),
        ("GET", format!("/sessions/{A}")),
        ("PATCH", format!("/sessions/{A}")),
        ("DELETE", format!("/sessions/{A}")),
        ("GET", "/feedback".to_owned()),
        ("POST", "/feedback".to_owned()),
        ("GET", format!("/feedback/{A}")),
        ("PATCH", format!("/feedback/{A}")),
        ("DELETE", format!("/feedback/{A}")),
        ("GET", format!("/attachments/{C}/img")),
        ("GET", "/settings".to_owned()),
        ("GET", "/workspaces".to_owned()),
        ("POST", "/runs/stats".to_owned()),
        ("POST", "/runs/group".to_owned()),
        ("GET", "/runs/threads/t1".to_owned()),
        ("GET", "/nowhere".to_owned()),
    ];
    for (method, path) in routes {
        for prefix in ["", "/api", "/api/v1", "/v1"] {
            let path = format!("{prefix}{path}");
            for headers in [
                [("Host", "example.org"), ("Accept", "*/*")],
                [("Host", "localhost"), ("Origin", "https://example.org")],
            ] {
                assert_eq!(server.raw(method, &path, &headers, b"{}").status, 403, "{method} {path}");
            }
        }
    }
}
