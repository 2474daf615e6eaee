//! `/api/local/list`, `/chart`, `/trace` and `/info`: their shapes, orders and pages.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::common::{Server, order, server};
use crate::{data, get, header, id, send, visit};

fn rows(server: &Server, query: &str) -> Vec<Value> {
    let reply = get(server, &format!("/api/local/list?{query}"));
    assert_eq!(reply.status, 200, "{query}: {}", reply.body);
    reply.json()["rows"].as_array().unwrap().clone()
}

fn column(rows: &[Value], key: &str) -> Vec<Value> {
    rows.iter().map(|row| row[key].clone()).collect()
}

/// Roots whose tokens, costs, names and latencies repeat, and are missing for some.
fn many(server: &Server, count: u128) {
    for number in 1..=count {
        let mut run = json!({"name": format!("name {}", number % 3), "session_name": "many"});
        if number % 4 != 0 {
            let (tokens, cost) = (number % 5, (number % 5) as f64 / 3.0);
            run["outputs"] =
                json!({"usage_metadata": {"input_tokens": tokens, "output_tokens": 1, "total_cost": cost}});
            let start = 1_796_000_000_000 + u64::try_from(number).unwrap() * 1000;
            run["end_time"] = json!(start + u64::try_from(number % 7).unwrap());
        }
        send(server, number, run);
    }
}

#[test]
fn every_order_has_each_row_once() {
    let server = server();
    many(&server, 41);
    let key = |sort: &str| match sort.trim_start_matches('-') {
        "latency" => "latency_ms",
        "tokens" => "total_tokens",
        "start" => "start",
        "cost" => "cost",
        _ => "name",
    };
    for tab in ["traces", "runs"] {
        for sort in
            ["start", "-start", "latency", "-latency", "tokens", "-tokens", "cost", "-cost", "name", "-name"]
        {
            let (mut found, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
            loop {
                let path = format!("/api/local/list?tab={tab}&sort={sort}&limit=7&cursor={cursor}");
                let page = get(&server, &path).json();
                found.extend(page["rows"].as_array().unwrap().clone());
                pages += 1;
                match page["cursor"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
            let ids: HashSet<String> = found.iter().map(|row| row["id"].to_string()).collect();
            assert_eq!((found.len(), ids.len(), pages), (41, 41, 6), "{tab} {sort}");
            let values = column(&found, key(sort));
            let known: Vec<&Value> = values.iter().filter(|value| !value.is_null()).collect();
            let first_missing = values.iter().position(Value::is_null).unwrap_or(values.len());
            assert_eq!(first_missing, known.len(), "{tab} {sort}: those without a value are at the end");
            for pair in known.windows(2) {
                let (a, b) = if sort.starts_with('-') { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                let ordered = match (a.as_f64(), b.as_f64()) {
                    (Some(a), Some(b)) => a <= b,
                    _ => a.as_str() <= b.as_str(),
                };
                assert!(ordered, "{tab} {sort}: {a} before {b}");
            }
        }
    }
    let cursor =
        get(&server, "/api/local/list?sort=-cost&limit=7").json()["cursor"].as_str().unwrap().to_owned();
    let other = get(&server, &format!("/api/local/list?sort=cost&cursor={cursor}"));
    assert_eq!(other.status, 400, "a cursor is for one order");
    assert_eq!(get(&server, "/api/local/list?sort=colour").status, 400);
}

#[test]
fn a_trace_has_the_sums_of_its_runs() {
    let server = server();
    let usage = json!({"usage_metadata": {"input_tokens": 3, "output_tokens": 4, "total_cost": 0.5}});
    let (first, second) = (id(1), id(2));
    let root = json!({"end_time": 1_796_000_003_500_u64, "inputs": {"question": "why\n now?"},
                      "trace_id": first, "dotted_order": order(&[&first])});
    send(&server, 1, root);
    let dotted = order(&[&first, &second]);
    let events = json!([{"name": "new_token", "time": "2026-11-30T00:53:22.250+00:00"}]);
    let child = json!({"parent_run_id": id(1), "trace_id": id(1), "dotted_order": dotted, "run_type": "llm",
                       "error": "it failed", "outputs": usage, "events": events,
                       "extra": {"metadata": {"ls_model_name": "gull"}}});
    send(&server, 2, child);
    let traces = rows(&server, "");
    let expected = json!({
        "id": id(1), "trace_id": id(1), "parent_id": null, "name": "run 1", "run_type": "chain",
        "status": "success", "start": 1_796_000_001_000.0, "end": 1_796_000_003_500.0, "latency_ms": 2500.0,
        "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "cost": 0.5, "tags": [],
        "project": "default", "output": null, "error": null, "model": null, "thread_id": null, "runs": 2,
        "errors": 1, "broken": null,
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&traces[0][key], value, "{key} of {}", traces[0]);
    }
    assert!(traces[0]["input"].as_str().unwrap().contains("why"), "{}", traces[0]);
    assert_eq!(traces.len(), 1);
    let runs = rows(&server, "tab=runs&sort=start");
    assert_eq!(column(&runs, "status"), ["success", "error"]);
    assert_eq!(
        (&runs[0]["total_tokens"], &runs[1]["model"], &runs[1]["error"]),
        (&json!(0), &json!("gull"), &json!("it failed"))
    );

    let trace = get(&server, &format!("/api/local/trace/{}", id(1))).json();
    assert_eq!((&trace["name"], &trace["project"]), (&json!("run 1"), &json!("default")));
    let runs = trace["runs"].as_array().unwrap();
    assert_eq!(column(runs, "parent"), [Value::Null, json!(id(1))]);
    assert_eq!((&runs[1]["type"], &runs[1]["status"]), (&json!("llm"), &json!("error")));
    assert_eq!(data(&visit(&server, &format!("/trace/{}", id(1)))), trace, "the page begins with the same");
    assert_eq!(get(&server, &format!("/api/local/trace/{}", id(9))).status, 404);
    assert_eq!(get(&server, "/api/local/trace/x").status, 400);

    let info = get(&server, "/api/local/info").json();
    assert_eq!(
        (&info["runs"], &info["projects"], &info["url"]),
        (&json!(2), &json!(["default"]), &json!(server.viewer.url()))
    );
}

#[test]
fn how_a_run_ended_is_one_word() {
    let server = server();
    let end = 1_796_000_009_000_u64;
    send(
        &server,
        1,
        json!({"end_time": end, "extra": {"metadata": {"cancelled": true}}, "error": "cancelled"}),
    );
    send(&server, 2, json!({"end_time": end, "extra": {"metadata": {"stream_dropped": true}}}));
    send(&server, 3, json!({}));
    send(&server, 4, json!({"end_time": end, "error": "no"}));
    send(&server, 5, json!({"end_time": end}));
    let expected = ["cancelled", "dropped", "pending", "error", "success"];
    assert_eq!(column(&rows(&server, "sort=start"), "status"), expected);
}

#[test]
fn conditions_of_the_address_hold() {
    let server = server();
    many(&server, 20);
    send(&server, 30, json!({"name": "other", "session_name": "else where", "inputs": {"q": "harbour"}}));
    let names = |query: &str| column(&rows(&server, query), "name");
    assert_eq!(names("project=else%20where"), ["other"]);
    assert_eq!(names("search=harbour"), ["other"]);
    assert_eq!(names("filter=eq(name,%22other%22)&sort=-cost"), ["other"]);
    assert_eq!(names("from=1796000030000&to=1796000030000.5"), ["other"]);
    assert_eq!(names("from=2026-11-30T00:53:50Z&filter=%20&search="), ["other"]);
    let reply = get(&server, "/api/local/list?filter=and(eq(name,%22a%22),eq(naem,1))");
    assert_eq!(reply.status, 400);
    let error = reply.json();
    assert_eq!((&error["column"], &error["suggestion"]), (&json!(21), &json!("name")), "{error}");
    assert!(error["detail"].as_str().unwrap().contains("unknown attribute naem"), "{error}");
    let page = visit(&server, "/?filter=and(eq(name,%22a%22),eq(naem,1))");
    assert_eq!((page.status, data(&page)), (200, error), "the page says it too");
    for wrong in ["tab=x", "limit=0", "limit=x", "from=soon", "cursor=x", "search=%2b"] {
        let reply = get(&server, &format!("/api/local/list?{wrong}"));
        assert!(reply.status == 400 && reply.json()["detail"].is_string(), "{wrong}: {}", reply.body);
    }
    assert_eq!(header(&get(&server, "/api/local/list"), "content-type"), "application/json");
}

#[test]
fn threads_and_projects_have_tabs() {
    let server = server();
    for (number, text) in [(1_u64, "first"), (2, "second")] {
        let end = 1_796_000_000_500 + number * 1000;
        let usage = json!({"answer": text, "usage_metadata": {"input_tokens": 2, "output_tokens": 3}});
        let more = json!({"end_time": end, "inputs": {"q": text}, "outputs": usage, "session_name": "talk",
                          "extra": {"metadata": {"thread_id": "t 1"}}});
        send(&server, u128::from(number), more);
    }
    send(&server, 9, json!({"session_name": "later", "error": "no"}));
    let threads = rows(&server, "tab=threads");
    assert_eq!(threads.len(), 1);
    let thread = &threads[0];
    assert_eq!(
        (&thread["id"], &thread["project"], &thread["turns"]),
        (&json!("t 1"), &json!("talk"), &json!(2))
    );
    assert_eq!((&thread["total_tokens"], &thread["errors"]), (&json!(10), &json!(0)));
    assert_eq!(
        (&thread["start"], &thread["end"]),
        (&json!(1_796_000_001_000.0), &json!(1_796_000_002_500.0))
    );
    assert!(thread["first_input"].as_str().unwrap().contains("first"), "{thread}");
    assert!(thread["last_output"].as_str().unwrap().contains("second"), "{thread}");

    let projects = rows(&server, "tab=projects");
    assert_eq!(column(&projects, "name"), ["later", "talk"], "the last that was active first");
    assert_eq!(
        (column(&projects, "traces"), column(&projects, "errors")),
        (vec![json!(1), json!(2)], vec![json!(1), json!(0)])
    );
    assert_eq!(projects[1]["p50_ms"], 500.0);
}

#[test]
fn a_chart_counts_each_run_once() {
    let server = server();
    many(&server, 100);
    for tab in ["", "tab=runs&", "tab=threads&"] {
        let chart = get(&server, &format!("/api/local/chart?{tab}project=many")).json();
        let bins = chart["bins"].as_array().unwrap();
        assert!(bins.len() <= 60, "{}", bins.len());
        let runs: u64 = bins.iter().map(|bin| bin["runs"].as_u64().unwrap()).sum();
        assert_eq!(runs, 100, "{tab}");
        let (from, to) = (chart["from"].as_f64().unwrap(), chart["to"].as_f64().unwrap());
        assert!(from <= 1_796_000_001_000.0 && to > 1_796_000_100_000.0, "{from} {to}");
    }
    let empty = get(&server, "/api/local/chart?project=none").json();
    assert_eq!(empty["bins"], json!([]));
    assert_eq!(get(&server, "/api/local/chart?filter=x").status, 400);
}
