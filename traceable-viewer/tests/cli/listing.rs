//! `traceable ls` and `tail`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::common::{A, B, order, server};
use super::{command, demo, refused, stdout, traceable};

#[test]
fn ls_of_traces_and_runs() {
    let server = server();
    let (db, trace) = demo(&server);
    let old = json!({"id": A, "name": "old\u{1b}[2J", "session_name": "other", "start_time": "2020-01-02T03:04:05Z",
                     "dotted_order": order(&[A]), "error": "E"});
    assert_eq!(server.json("POST", "/runs", &old).status, 202);
    let table = stdout(&["ls", "--db", &db]);
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("start (UTC)") && lines[0].ends_with("id"), "{table}");
    assert!(
        lines[1].contains("plan_trip") && lines[1].contains("4.20s") && lines[1].ends_with(&trace),
        "{table}"
    );
    assert!(lines[2].starts_with("2020-01-02 03:04:05  old[2J"), "{table}");
    let json = |arguments: &[&str]| -> Vec<Value> {
        let lines = stdout(&[&["ls", "--db", &db, "--json"], arguments].concat());
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let names = |arguments: &[&str]| -> Vec<String> {
        json(arguments).iter().map(|run| run["name"].as_str().unwrap().to_owned()).collect()
    };
    let newest = &json(&["-n", "1"])[0];
    assert_eq!(
        (&newest["runs"], &newest["errors"], &newest["latency"]),
        (&json!(12), &json!(1), &json!(4.2))
    );
    assert_eq!(names(&["--project", "demo"]), ["plan_trip"]);
    assert_eq!(names(&["--since", "2h"]), ["plan_trip"]);
    assert_eq!(names(&["--since", "2019-01-01", "--errors"]), ["old\u{1b}[2J"]);
    assert_eq!(names(&["--runs", "--type", "tool", "--errors"]), ["forecast"]);
    assert_eq!(json(&["--runs"]).len(), 13);
    assert_eq!(names(&["--filter", "eq(error, \"E\")"]), ["old\u{1b}[2J"]);
    assert_eq!(
        names(&[
            "--runs",
            "--filter",
            "and(eq(run_type, \"llm\"), neq(name, \"decide\"), neq(name, \"suggest_more\"))"
        ]),
        ["write_answer"]
    );
    let said = refused(&["ls", "--db", &db, "--filter", "eq(nmae, \"x\")"]);
    assert!(said.contains("column 4") && said.contains("did you mean name?"), "{said}");
    let nothing = traceable(&["ls", "--db", &db, "--project", "none"]);
    assert!(nothing.status.success() && nothing.stdout.is_empty());
    assert_eq!(String::from_utf8(nothing.stderr).unwrap(), "traceable: nothing found\n");
    assert!(refused(&["ls", "--db", &db, "--since", "soon"]).contains("neither an age"));
}

#[test]
fn the_newest_trace_with_a_match() {
    let server = server();
    let (db, _) = demo(&server);
    let newer =
        json!({"id": A, "name": "newer", "start_time": "2999-01-02T03:04:05Z", "dotted_order": order(&[A])});
    assert_eq!(server.json("POST", "/runs", &newer).status, 202);
    assert!(stdout(&["tree", "--db", &db]).starts_with("newer"));
    assert!(stdout(&["tree", "--db", &db, "--filter", "eq(name, \"embed\")"]).starts_with("plan_trip"));
    assert!(
        refused(&["tree", "--db", &db, "--filter", "eq(name, \"none\")"])
            .contains("no run matches the filter")
    );
    assert!(refused(&["tree", "--db", &db, "--filter", "eq(name"]).contains("Invalid filter"));
    assert_eq!(stdout(&["export", "--db", &db, "--filter", "eq(run_type, \"tool\")"]).lines().count(), 3);
}

#[test]
fn tail_with_a_filter() {
    let server = server();
    let (db, _) = demo(&server);
    let filter = "eq(run_type, \"tool\")";
    let mut child = command()
        .args(["tail", "--db", &db, "--from-start", "--runs", "--json", "--filter", filter])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let runs: Vec<Value> = lines.take(3).map(|line| serde_json::from_str(&line).unwrap()).collect();
    assert!(runs.iter().all(|run| run["run_type"] == "tool"), "{runs:?}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(refused(&["tail", "--db", &db, "--filter", "nonsense"]).contains("Invalid filter"));
}

#[test]
fn tail_prints_what_comes() {
    let server = server();
    let (db, _) = demo(&server);
    let mut child =
        command().args(["tail", "--db", &db, "--from-start"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("start (UTC)"));
    assert!(lines.next().unwrap().contains("plan_trip"));
    let start =
        json!({"id": A, "name": "coming", "start_time": "2026-11-22T13:24:33Z", "dotted_order": order(&[A])});
    assert_eq!(server.json("POST", "/runs", &start).status, 202);
    let line = lines.next().unwrap();
    assert!(line.contains("coming") && line.contains("pending"), "{line}");
    let child_run = json!({"id": B, "name": "below", "dotted_order": order(&[A, B])});
    assert_eq!(server.json("POST", "/runs", &child_run).status, 202);
    let end = json!({"end_time": "2026-11-22T13:24:35Z"});
    assert_eq!(server.json("PATCH", &format!("/runs/{A}"), &end).status, 202);
    let line = lines.next().unwrap();
    assert!(line.contains("coming") && line.contains("success") && line.contains("2.00s"), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}
