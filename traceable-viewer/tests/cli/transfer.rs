//! `traceable export` and `import`.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use proptest::prelude::*;
use serde_json::{Value, json};
use traceable_viewer::{Store, StoredFeedback, StoredRun};

use super::common::{A, B, C, order, server};
use super::{command, demo, refused, stdout};

const START: &str = "2026-11-22T13:24:33.386589Z";

/// All that a database holds, without what depends on when it came.
fn contents(path: &Path) -> Vec<(StoredRun, Vec<StoredFeedback>, Vec<Vec<u8>>)> {
    let store = Store::open(path).unwrap();
    let mut ids = store.runs_changed_since(0, usize::MAX).unwrap();
    ids.sort();
    let all = ids.into_iter().map(|(id, _)| {
        let mut run = store.run(id).unwrap().unwrap();
        (run.received_us, run.seq) = (0, 0);
        run.attachments.sort_by(|a, b| a.name.cmp(&b.name));
        let files = run.attachments.iter().map(|file| store.attachment(id, &file.name).unwrap().unwrap());
        let files = files.collect();
        let feedback = store.feedback(id).unwrap();
        (run, feedback, files)
    });
    all.collect()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_exported_is_imported() {
    let server = server();
    let (db, trace) = demo(&server);
    let odd = json!({"post": [
        {"id": A, "name": "p\u{1}\u{2028}\"", "session_name": "other project", "start_time": START, "dotted_order": order(&[A]),
         "inputs": {"q": "line\nbreak"}, "extra": {"metadata": {"status": "kept"}, "custom": [1]}, "tags": ["a", "b"]},
        {"id": C, "name": "orphan", "start_time": START, "run_type": "agent", "dotted_order": order(&[A, B, C]), "error": "E\n  at x"}]});
    assert_eq!(server.json("POST", "/runs/batch", &odd).status, 202);
    let digits = format!(
        "{{\"id\":\"{B}\",\"name\":\"n\",\"start_time\":\"{START}\",\"inputs\":{{\"n\":1.500,\"big\":123456789012345678901234567890}},\n\"outputs\":{{}}}}"
    );
    let sent = server.send("POST", "/runs", &[("Content-Type", "application/json")], digits.as_bytes());
    assert_eq!(sent.status, 202);
    let dir = tempfile::tempdir().unwrap();
    let columns = cfg!(feature = "parquet").then_some("all.parquet");
    for name in ["all.jsonl", "all.jsonl.gz", "all.jsonl.zst"].into_iter().chain(columns) {
        let (file, copy) = (dir.path().join(name), dir.path().join(format!("{name}.db")));
        assert_eq!(stdout(&["export", path(&file), "--db", &db]), "");
        assert_eq!(
            stdout(&["import", path(&file), "--db", path(&copy)]),
            "19 runs, files and feedback stored, 0 refused\n"
        );
        assert_eq!(contents(&copy), contents(Path::new(&db)), "{name}");
        // again: nothing changes
        stdout(&["import", path(&file), "--db", path(&copy)]);
        assert_eq!(contents(&copy), contents(Path::new(&db)), "{name}");
    }
    let plain = std::fs::read_to_string(dir.path().join("all.jsonl")).unwrap();
    assert!(plain.contains("\"n\":1.500,\"big\":123456789012345678901234567890"), "{plain}");
    let root =
        plain.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|run| run["id"] == trace);
    let root = root.unwrap();
    assert_eq!(root["session_name"], "demo");
    assert_eq!(root["feedback"].as_array().unwrap().len(), 2);
    assert_eq!(root["attachments"]["map"][0], "image/png");
    assert!(!dir.path().join("all.jsonl.part").exists());

    assert_eq!(stdout(&["export", "--db", &db, "--project", "demo"]).lines().count(), 12);
    assert_eq!(stdout(&["export", "--db", &db, "--trace", C]).lines().count(), 2);
    assert!(
        refused(&["export", "--db", &db, "--trace", "01a2036e-0bea-710d-96ed-000000000000"])
            .contains("no trace")
    );
}

#[test]
fn parquet_is_read_or_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (file, db) = (dir.path().join("x.parquet"), dir.path().join("t.db"));
    std::fs::write(&file, "these are no columns").unwrap();
    let said = refused(&["import", path(&file), "--db", path(&db)]);
    let expected = if cfg!(feature = "parquet") { "cannot read" } else { "--features parquet" };
    assert!(said.contains(expected), "{said}");
    assert!(!db.exists());
}

#[cfg(unix)]
#[test]
fn an_export_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let server = server();
    let (db, _) = demo(&server);
    let file = server.dir.path().join("out.jsonl");
    stdout(&["export", path(&file), "--db", &db]);
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

/// A run as an SDK reads it back, with what the server adds.
#[test]
fn a_dump_of_an_sdk_is_imported_without_what_servers_add() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let run = json!({
        "id": A, "name": "n", "run_type": "llm", "start_time": "2026-11-22T13:24:33.386589", "end_time": null,
        "trace_id": A, "dotted_order": order(&[A]), "session_id": B, "status": "pending", "app_path": "/o/x",
        "child_run_ids": null, "parent_run_ids": [], "total_tokens": 7, "total_cost": "0.1", "feedback_stats": {},
        "inputs": {"a": 1}, "extra": {"metadata": {"k": "v"}}, "share_token": null, "in_dataset": false, "mine": 1});
    let mut child = command()
        .args(["import", "-", "--db", path(&db)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{run}\n\n").as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"1 runs, files and feedback stored, 0 refused\n");
    let stored = Store::open(&db).unwrap().run(A.parse().unwrap()).unwrap().unwrap();
    let extra: Value = serde_json::from_str(&stored.extra.unwrap()).unwrap();
    assert_eq!(extra, json!({"metadata": {"k": "v"}, "mine": 1}));
    assert_eq!(stored.project_id.to_string(), B);
}

#[test]
fn what_is_refused_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (file, db) = (dir.path().join("in.jsonl"), dir.path().join("t.db"));
    let lines = [
        "no json".to_owned(),
        json!({"name": "without an id"}).to_string(),
        json!({"id": A, "name": "good", "feedback": [{"key": "without an id"}]}).to_string(),
        "[1]".to_owned(),
        json!({"id": B, "dotted_order": "nonsense"}).to_string(),
    ];
    std::fs::write(&file, lines.join("\n")).unwrap();
    let output = command().args(["import", path(&file), "--db", path(&db)]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1 runs, files and feedback stored, 5 refused\n");
    let said = String::from_utf8(output.stderr).unwrap();
    for part in [
        "line 1: it is no JSON object",
        "line 2: post.0: ",
        "line 3: feedback without an id",
        "line 4: it is no JSON object",
        &format!("line 5: post.{B}: "),
    ] {
        assert!(said.to_lowercase().contains(&part.to_lowercase()), "{part}: {said}");
    }
    let other = dir.path().join("never-made.db");
    assert!(
        refused(&["import", "/nonexistent.jsonl", "--db", path(&other)])
            .contains("cannot read /nonexistent.jsonl")
    );
    assert!(!other.exists());
    std::fs::write(dir.path().join("bad.gz"), "not compressed").unwrap();
    let said = refused(&["import", path(&dir.path().join("bad.gz")), "--db", path(&other)]);
    assert!(said.contains("bad.gz, line 1"), "{said}");
}

#[test]
fn a_line_that_never_ends() {
    let dir = tempfile::tempdir().unwrap();
    let (file, db) = (dir.path().join("long.jsonl.zst"), dir.path().join("t.db"));
    let mut zst = zstd::Encoder::new(std::fs::File::create(&file).unwrap(), 1).unwrap();
    zst.write_all(json!({"id": A, "name": "first"}).to_string().as_bytes()).unwrap();
    zst.write_all(b"\n").unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(b'x'), 300 << 20), &mut zst).unwrap();
    zst.finish().unwrap();
    let said = refused(&["import", path(&file), "--db", path(&db)]);
    assert!(said.contains("long.jsonl.zst, line 2: it is longer than 256 MiB"), "{said}");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z\\PC]{0,6}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    // each makes two databases and starts a program twice
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_run_is_the_same_after_a_round_trip(
        runs in proptest::collection::vec(
            (value(), value(), value(), proptest::option::of("\\PC{0,30}"), proptest::collection::vec(".{0,6}", 0..3)),
            1..20,
        )
    ) {
        let server = server();
        let runs: Vec<_> = runs.into_iter().enumerate().map(|(at, (inputs, outputs, metadata, error, tags))| json!({
            "id": format!("01a2036e-0bea-710d-96ed-{at:012}"), "name": "f", "start_time": START, "inputs": inputs, "outputs": outputs,
            "extra": {"metadata": metadata}, "error": error, "tags": tags,
            "end_time": (at % 2 == 0).then_some("2026-11-22T13:24:34Z"),
        })).collect();
        prop_assert_eq!(server.json("POST", "/runs/batch", &json!({"post": runs})).status, 202);
        let (file, copy) = (server.dir.path().join("x.jsonl"), server.dir.path().join("copy.db"));
        stdout(&["export", path(&file), "--db", path(server.store().path())]);
        stdout(&["import", path(&file), "--db", path(&copy)]);
        prop_assert_eq!(contents(&copy), contents(server.store().path()));
    }
}
