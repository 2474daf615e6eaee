//! `traceable prune`, and what `serve` keeps.

use serde_json::json;

use super::common::{A, eventually, server};
use super::{command, demo, refused, stdout};

#[test]
fn old_traces_go() {
    let server = server();
    let (db, _) = demo(&server);
    let kept = stdout(&["prune", "--db", &db, "--older-than", "1h", "--max-size", "1GiB"]);
    assert!(kept.starts_with("0 traces with 0 runs deleted; "), "{kept}");
    for what in [&["--older-than", "0s"][..], &["--all"]] {
        let plan = stdout(&[&["prune", "--db", &db, "--dry-run"], what].concat());
        assert!(plan.starts_with("1 traces with 12 runs would be deleted: about "), "{plan}");
    }
    let plan = stdout(&["prune", "--db", &db, "--dry-run", "--older-than", "1h"]);
    assert!(plan.starts_with("0 traces with 0 runs would be deleted: about 0 B of "), "{plan}");
    assert!(server.store().latest_trace().unwrap().is_some(), "nothing was deleted");
    let gone = stdout(&["prune", "--db", &db, "--older-than", "0s"]);
    assert!(gone.starts_with("1 traces with 12 runs deleted; "), "{gone}");
    assert!(server.store().latest_trace().unwrap().is_none());
    // the collector goes on
    let run = json!({"id": A, "name": "after"});
    assert_eq!(server.json("POST", "/runs", &run).status, 202);
    let gone = stdout(&["prune", "--db", &db, "--all"]);
    assert!(gone.starts_with("1 traces with 1 runs deleted; "), "{gone}");
}

#[test]
fn mistakes() {
    assert!(refused(&["prune"]).contains("--older-than"));
    assert!(refused(&["prune", "--older-than", "soon"]).contains("such as 90m or 7d"));
    assert!(refused(&["prune", "--max-size", "7"]).contains("such as 500MB or 1GiB"));
    assert!(refused(&["prune", "--all", "--max-size", "1GB"]).contains("cannot be used with"));
    for what in [&["--all"][..], &["--all", "--dry-run"]] {
        let said = refused(&[&["prune", "--db", "/nonexistent.db"], what].concat());
        assert!(said.contains("there is no database"), "{said}");
    }
}

/// A collector deletes what is too old by itself.
#[test]
fn serve_keeps_what_it_is_told_to() {
    let server = server();
    let (db, _) = demo(&server);
    let mut child = command().args(["serve", "--port", "0", "--db", &db, "--max-age", "0s"]).spawn().unwrap();
    eventually(|| server.store().latest_trace().unwrap().is_none().then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
}
