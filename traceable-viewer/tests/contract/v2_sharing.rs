//! Projects and shared runs in the second version of the API.

use serde_json::{Value, json};

use crate::common::{A, B};
use crate::v2::{T, filled, get, names, post, project};

#[test]
fn projects() {
    let server = filled();
    let project = project(&server);
    let page = get(&server, "/api/v2/sessions").json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (1, &Value::Null));
    let item = &page["items"][0];
    for (key, value) in [
        ("id", json!(project)),
        ("name", json!("demo")),
        ("tenant_id", json!("00000000-0000-0000-0000-000000000001")),
        ("type", json!("PROJECT")),
        ("trace_tier", json!("LONG_LIVED")),
        ("reference_dataset_id", Value::Null),
    ] {
        assert_eq!(item[key], value, "{key}");
    }
    assert!(item["start_time"].is_string() && item.get("run_count").is_none());
    let one = get(&server, &format!("/v2/sessions/{project}?include_stats=True")).json();
    assert_eq!(
        (&one["name"], &one["run_count"], &one["error_rate"]),
        (&json!("demo"), &json!(4), &json!(0.25))
    );
    assert_eq!(get(&server, &format!("/v2/sessions/{A}")).status, 404);

    // a second one, later and with a name of its own
    let run = json!({ "id": "01a2036e-0bef-710d-96ed-c3ae3327ba67", "trace_id": "01a2036e-0bef-710d-96ed-c3ae3327ba67",
        "dotted_order": "20261122T132433000000Z01a2036e-0bef-710d-96ed-c3ae3327ba67", "name": "n", "run_type": "chain",
        "session_name": "alpha" });
    assert_eq!(server.json("POST", "/runs", &run).status, 202);
    for (query, wanted) in [
        ("sort_by=name", vec!["alpha", "demo"]),
        ("sort_by=name&sort_order=desc", vec!["demo", "alpha"]),
        ("name_contains=EM", vec!["demo"]),
        ("name=alpha", vec!["alpha"]),
        ("name=alp", vec![]),
        (&*format!("id={project}"), vec!["demo"]),
        (&*format!("id={project}&id={A}"), vec!["demo"]),
        ("type=EXPERIMENT", vec![]),
    ] {
        assert_eq!(names(&get(&server, &format!("/api/v2/sessions?{query}")).json()), wanted, "{query}");
    }
    let first = get(&server, "/api/v2/sessions?page_size=1&sort_by=name").json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("/api/v2/sessions?page_size=1&sort_by=name&cursor={cursor}")).json();
    assert_eq!((names(&first), names(&second)), (vec!["alpha"], vec!["demo"]));
    assert_eq!(second["next_cursor"], Value::Null);
    for (query, status) in [
        ("page_size=0", 400),
        ("sort_by=color", 400),
        ("sort_order=up", 400),
        ("id=x", 400),
        ("cursor=x", 400),
        (&*format!("cursor={A}"), 400),
        ("filter=x", 501),
    ] {
        assert_eq!(get(&server, &format!("/api/v2/sessions?{query}")).status, status, "{query}");
    }
}

#[test]
fn a_shared_run_shows_its_trace_alone() {
    let server = filled();
    let share = format!("/api/v2/runs/{A}/share");
    let shared = post(&server, &share, json!({ "session_id": project(&server), "trace_id": A })).json();
    assert_eq!(shared["run_id"], A);
    let token = shared["share_token"].as_str().unwrap().to_owned();
    assert_eq!(post(&server, &share, json!({})).json()["share_token"], *token, "it keeps its token");
    let public = format!("/api/v2/public/{token}");
    let runs = post(&server, &format!("{public}/runs/query"), json!({ "selects": ["NAME"] })).json();
    assert_eq!((names(&runs), runs.get("next_cursor")), (vec!["boom", "llm", "agent"], None));
    let run = get(&server, &format!("{public}/run/{B}?selects=ID&selects=PARENT_RUN_ID")).json();
    assert_eq!(run, json!({ "id": B, "parent_run_id": A, "query_metadata": null }));
    assert_eq!(get(&server, &format!("{public}/run/{T}")).status, 404, "a run of another trace");
    let url = get(&server, &format!("/api/v2/runs/{A}?selects=SHARE_URL")).json()["share_url"].clone();
    assert_eq!(url, json!(format!("http://localhost/public/{token}/r")));

    let reply = server.json("DELETE", &share, &json!({ "session_id": project(&server) }));
    assert_eq!((reply.status, reply.json()), (200, Value::Null));
    assert_eq!(get(&server, &format!("{public}/run/{A}")).status, 404);
    assert_eq!(post(&server, &format!("{public}/runs/query"), json!({})).status, 404);
    let unknown = "/api/v2/runs/01a2036e-0000-7000-8000-000000000000/share";
    assert_eq!(post(&server, unknown, json!({})).status, 404);
    for path in ["/api/v2/public/x/runs/query", "/api/v2/runs/x/share"] {
        assert_eq!(post(&server, path, json!({})).status, 400, "{path}");
    }
}
