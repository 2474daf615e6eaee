//! What deleting a project leaves of traces that have runs in other projects, and what comes after runs were deleted.

use rusqlite::Connection;
use serde_json::{Value, json};
use traceable_viewer::{Retention, prune};

use super::common::{Server, server};
use super::runs::{id, run, trace};

fn in_project(mut run: Value, project: &str) -> Value {
    run["session_name"] = json!(project);
    run
}

fn delete_project(server: &Server, name: &str) {
    let found: Value = server.send("GET", &format!("/sessions?name={name}"), &[], b"").json();
    let project = found[0]["id"].as_str().unwrap();
    assert_eq!(server.json("DELETE", &format!("/sessions/{project}"), &json!({})).status, 202);
}

#[test]
fn what_other_projects_have_of_a_trace_stays_and_is_found() {
    let server = server();
    let mut made_up =
        json!({"id": id(0, 3), "name": "no order", "parent_run_id": id(0, 0), "trace_id": id(0, 0)});
    made_up["session_name"] = json!("stays");
    let runs = [
        in_project(run(0, 0, "root"), "goes"),
        in_project(run(0, 1, "child"), "stays"),
        in_project(run(0, 2, "child"), "goes"),
        made_up,
    ];
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": runs})).status, 202);
    assert_eq!(server.store().traces(9).unwrap()[0].runs, 4);
    delete_project(&server, "goes");
    let traces = server.store().traces(9).unwrap();
    assert_eq!(traces.iter().map(|trace| trace.runs).collect::<Vec<_>>(), [2]);
    let conn = Connection::open(server.store().path()).unwrap();
    let orphans =
        || conn.query_row("SELECT count(*) FROM run WHERE flags & 524288", (), |row| row.get::<_, i64>(0));
    assert_eq!(orphans().unwrap(), 2);
    // the parent comes again
    let root = in_project(run(0, 0, "root"), "again");
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": [root]})).status, 202);
    assert_eq!(orphans().unwrap(), 0);
    assert_eq!(server.store().traces(9).unwrap()[0].runs, 3);
}

#[test]
fn what_changes_after_a_deletion_has_a_higher_number_than_what_was_deleted() {
    let server = server();
    for number in 0..2 {
        assert_eq!(server.json("POST", "/runs/batch", &trace(number, 3, "text")).status, 202);
    }
    let path = server.store().path().to_owned();
    for deletion in [Retention::unlimited().max_bytes(0), Retention::nothing()] {
        let last = server.store().last_seq().unwrap();
        assert!(last > 0);
        assert!(prune(&path, &deletion, |_| {}).unwrap().runs > 0);
        assert_eq!(server.json("POST", "/runs/batch", &trace(2, 3, "text")).status, 202);
        assert_eq!(server.store().runs_changed_since(last, 9).unwrap().len(), 3);
    }
}
