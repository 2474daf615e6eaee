//! What goes when there is too much, and what stays.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;
use traceable_viewer::{Retention, Store, StoreError, plan_prune, prune};

use uuid::Uuid;

use super::common::{eventually, server, server_with};
use super::runs::{id, is_stored, noise, run, trace};

/// How many rows each table has, and that none of them is about a run that is gone.
fn rows(path: &Path) -> Vec<(String, i64)> {
    let conn = Connection::open(path).unwrap();
    let whole: String = conn.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    for (table, of_a_run) in [
        ("tag", "rid NOT IN (SELECT rid FROM run)"),
        ("attribute", "rid NOT IN (SELECT rid FROM run)"),
        ("attribute_key", "kid NOT IN (SELECT kid FROM attribute)"),
        ("attachment", "rid NOT IN (SELECT rid FROM run)"),
        ("payload", "rid NOT IN (SELECT rid FROM run)"),
        ("file", "fid NOT IN (SELECT fid FROM attachment)"),
        ("run_text", "rowid NOT IN (SELECT rid FROM run)"),
        ("feedback", "run_id NOT IN (SELECT id FROM run)"),
        ("share", "run_id NOT IN (SELECT id FROM run)"),
        ("trace", "trace_id NOT IN (SELECT trace_id FROM run)"),
        ("otel_run", "run_id NOT IN (SELECT id FROM run)"),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE {of_a_run}");
        let left: i64 = conn.query_row(&sql, (), |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let tables = ["run", "payload", "tag", "attachment", "feedback", "project"];
    let count = |table: &str| conn.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0));
    tables.iter().map(|table| ((*table).to_owned(), count(table).unwrap())).collect()
}

#[test]
fn the_oldest_traces_go_while_new_ones_come() {
    let bound = 1 << 20;
    let server = server_with(|builder| builder.retention(Retention::unlimited().max_bytes(bound)));
    for number in 0..60 {
        let body = trace(number, 10, &noise(number, 4000));
        assert_eq!(server.json("POST", "/runs/batch", &body).status, 202);
    }
    let path = server.store().path().to_owned();
    eventually(|| {
        let used = Store::open(&path).unwrap();
        (!is_stored(&used, 0, 0) && path.metadata().unwrap().len() <= bound).then_some(())
    });
    let kept: Vec<bool> = (0..60).map(|number| is_stored(server.store(), number, 0)).collect();
    let first = kept.iter().position(|kept| *kept).unwrap();
    assert!(first > 10 && first < 58, "the newest are there, and no more went than had to: {first}");
    assert!(kept[first..].iter().all(|kept| *kept), "they went in their order");
    for number in 0..60 {
        let runs = server.store().trace(id(number, 0)).unwrap().len();
        assert_eq!(runs, if kept[usize::try_from(number).unwrap()] { 10 } else { 0 }, "trace {number}");
    }
    drop(server.viewer);
    rows(&path);
}

#[test]
fn all_that_belongs_to_a_run_goes_with_it() {
    let server = server();
    for number in 0..3 {
        assert_eq!(server.json("POST", "/runs/batch", &trace(number, 3, "text")).status, 202);
        let parts = [
            (format!("attachment.{}.file", id(number, 1)), "bytes".to_owned()),
            (
                format!("feedback.{}", id(number, 100)),
                json!({"id": id(number, 100), "run_id": id(number, 1), "trace_id": id(number, 0), "key": "good"})
                    .to_string(),
            ),
        ];
        let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(server.multipart(&parts).status, 202);
    }
    let path = server.store().path().to_owned();
    let of_each = |run, file| {
        [
            ("run", run),
            ("payload", run),
            ("tag", 2 * run),
            ("attachment", file),
            ("feedback", file),
            ("project", 1),
        ]
        .map(|(table, rows)| (table.to_owned(), rows))
    };
    assert_eq!(rows(&path), of_each(9, 3));
    let mut steps = 0;
    let old = Retention::unlimited().max_age(Duration::ZERO);
    let report = prune(&path, &old, |_| steps += 1).unwrap();
    assert_eq!((report.runs, report.traces), (9, 3));
    assert!(steps > 0);
    assert_eq!(rows(&path), of_each(0, 0));
    // ids that are gone can come again
    assert_eq!(server.json("POST", "/runs/batch", &trace(1, 3, "text")).status, 202);
    assert_eq!(server.store().trace(id(1, 0)).unwrap().len(), 3);
}

#[test]
fn what_is_open_or_young_stays() {
    let server = server();
    for number in 0..4 {
        assert_eq!(server.json("POST", "/runs/batch", &trace(number, 2, "text")).status, 202);
    }
    let mut open = run(0, 2, "text");
    open.as_object_mut().unwrap().remove("end_time");
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": [open]})).status, 202);
    let path = server.store().path().to_owned();
    let hours = |hours: u64| Retention::unlimited().max_age(Duration::from_secs(hours * 3600));
    let stored = || (0..4).filter(|number| is_stored(server.store(), *number, 0)).collect::<Vec<_>>();
    assert_eq!(plan_prune(&path, &hours(1)).unwrap().runs, 0);
    assert_eq!(prune(&path, &hours(1), |_| {}).unwrap().runs, 0);
    // trace 1 received its last run three hours ago, and trace 2 its first one only
    let conn = Connection::open(&path).unwrap();
    let age = "UPDATE run SET received_us = received_us - 3 * 3600000000, \
               changed_us = changed_us - 3 * 3600000000 WHERE id = ?1";
    for (trace, run) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)] {
        assert_eq!(conn.execute(age, [id(trace, run)]).unwrap(), 1);
    }
    let plan = plan_prune(&path, &hours(2)).unwrap();
    assert_eq!((plan.traces, plan.runs), (1, 2));
    assert_eq!(stored(), [0, 1, 2, 3]);
    assert_eq!(prune(&path, &hours(2), |_| {}).unwrap().traces, 1);
    assert_eq!(stored(), [0, 2, 3]);
    // whatever its size, a trace that is open stays
    assert_eq!(plan_prune(&path, &Retention::unlimited().max_bytes(0)).unwrap().traces, 2);
    assert_eq!(prune(&path, &Retention::unlimited().max_bytes(0), |_| {}).unwrap().traces, 2);
    assert_eq!(stored(), [0]);
    // its program has died since
    assert_eq!(conn.execute(age, [id(0, 2)]).unwrap(), 1);
    assert_eq!(prune(&path, &hours(2), |_| {}).unwrap().traces, 1);
    assert_eq!(stored(), [0; 0]);
}

#[test]
fn a_trace_that_was_patched_a_moment_ago_is_open_and_young() {
    let server = server();
    let mut open = run(0, 0, "text");
    open.as_object_mut().unwrap().remove("end_time");
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": [open, run(1, 0, "text")]})).status, 202);
    let path = server.store().path().to_owned();
    let conn = Connection::open(&path).unwrap();
    let age =
        "UPDATE run SET received_us = received_us - 9 * 3600000000, changed_us = changed_us - 9 * 3600000000";
    assert_eq!(conn.execute(age, ()).unwrap(), 2);
    let note = |number| json!({"id": id(number, 0), "extra": {"metadata": {"still": "there"}}});
    assert_eq!(server.json("POST", "/runs/batch", &json!({"patch": [note(0), note(1)]})).status, 202);
    let hours = Retention::unlimited().max_age(Duration::from_secs(2 * 3600));
    assert_eq!(prune(&path, &hours, |_| {}).unwrap().runs, 0);
    assert_eq!(prune(&path, &Retention::unlimited().max_bytes(0), |_| {}).unwrap().runs, 1);
    assert!(is_stored(server.store(), 0, 0) && !is_stored(server.store(), 1, 0));
}

#[test]
fn feedback_whose_run_never_came_goes_before_traces() {
    let server = server();
    assert_eq!(server.json("POST", "/runs/batch", &trace(0, 3, "text")).status, 202);
    let path = server.store().path().to_owned();
    let small = path.metadata().unwrap().len();
    let feedback = |number: u64, run: Uuid| {
        let comment = noise(number, 2000);
        let body = json!({"id": id(9, number), "run_id": run, "key": "good", "comment": comment}).to_string();
        (format!("feedback.{}", id(9, number)), body)
    };
    let parts: Vec<_> =
        (0..1500).map(|number| feedback(number, id(8, number))).chain([feedback(1500, id(0, 1))]).collect();
    let parts: Vec<_> = parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(server.multipart(&parts).status, 202);
    let conn = Connection::open(&path).unwrap();
    let count = || conn.query_row("SELECT count(*) FROM feedback", (), |row| row.get::<_, i64>(0)).unwrap();
    let hour = Retention::unlimited().max_age(Duration::from_secs(3600));
    assert_eq!(prune(&path, &hour, |_| {}).unwrap().runs, 0);
    assert_eq!(count(), 1501, "its run may come");
    conn.execute("UPDATE feedback SET created_us = created_us - 120 * 1000000", ()).unwrap();
    let report = prune(&path, &Retention::unlimited().max_bytes(small + (1 << 20)), |_| {}).unwrap();
    assert_eq!((report.runs, count()), (0, 1), "{report:?}");
    rows(&path);
}

#[test]
fn a_key_that_no_run_has_any_more_is_forgotten() {
    let server = server();
    let post = |inputs: serde_json::Value| json!({"post": [{"id": id(0, 0), "name": "n", "inputs": inputs}]});
    for inputs in [json!({"before": "a", "both": "b"}), json!({"after": "c", "both": "d"})] {
        assert_eq!(server.json("POST", "/runs/batch", &post(inputs)).status, 202);
    }
    rows(server.store().path());
}

/// Some traces are ten times as large as others.
#[test]
fn a_plan_by_size_is_near_what_goes() {
    let server = server();
    for number in 0..40 {
        let letters = if number % 4 == 0 { 20_000 } else { 2_000 };
        assert_eq!(
            server.json("POST", "/runs/batch", &trace(number, 5, &noise(number, letters))).status,
            202
        );
    }
    let path = server.store().path().to_owned();
    let all = plan_prune(&path, &Retention::unlimited()).unwrap();
    let half = Retention::unlimited().max_bytes(all.file_bytes / 2);
    let plan = plan_prune(&path, &half).unwrap();
    let report = prune(&path, &half, |_| {}).unwrap();
    assert_eq!(plan.file_bytes, report.bytes_before);
    assert!(plan.traces > 4 && plan.traces.abs_diff(report.traces) <= 4, "{plan:?} {report:?}");
    let freed = report.bytes_before - report.bytes;
    assert!(plan.bytes.abs_diff(freed) < freed / 4, "{plan:?} {report:?}");
}

#[test]
fn a_large_trace_goes_in_steps() {
    let server = server();
    for part in 0..3 {
        let runs: Vec<_> = (part * 400..(part + 1) * 400).map(|at| run(0, at, "text")).collect();
        assert_eq!(server.json("POST", "/runs/batch", &json!({"post": runs})).status, 202);
    }
    let mut before = 0;
    let report = prune(server.store().path(), &Retention::unlimited().max_age(Duration::ZERO), |report| {
        assert!(report.runs - before <= 500, "those that store runs wait for it");
        before = report.runs;
        if report.traces == 0 {
            let left = server.store().trace(id(0, 0)).unwrap();
            assert!(left.iter().any(|run| run.id == id(0, 0)), "what is left has no orphans");
            let total = server.store().traces(1).unwrap()[0].runs;
            assert_eq!(total, left.len() as u64, "totals are of what is left");
        }
    });
    let report = report.unwrap();
    assert_eq!((report.runs, report.traces), (1200, 1));
}

#[test]
fn nothing_is_kept_when_that_is_asked_for() {
    let server = server();
    for number in 0..20 {
        let body = trace(number, 10, &noise(number, 4000));
        assert_eq!(server.json("POST", "/runs/batch", &body).status, 202);
    }
    let mut open = run(20, 0, "text");
    open.as_object_mut().unwrap().remove("end_time");
    assert_eq!(server.json("POST", "/runs/batch", &json!({"post": [open]})).status, 202);
    let path = server.store().path().to_owned();
    let plan = plan_prune(&path, &Retention::nothing()).unwrap();
    let report = prune(&path, &Retention::nothing(), |_| {}).unwrap();
    assert_eq!((report.runs, report.traces), (201, 21));
    assert_eq!((plan.runs, plan.traces), (201, 21));
    assert!(report.bytes < report.bytes_before / 2, "{report:?}");
    assert!(rows(&path).iter().all(|(_, rows)| *rows == 0));
    assert_eq!(server.json("POST", "/runs/batch", &trace(1, 3, "text")).status, 202);
    assert_eq!(server.store().trace(id(1, 0)).unwrap().len(), 3);
}

#[test]
fn only_a_database_of_ours_is_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.db");
    assert!(matches!(prune(&path, &Retention::nothing(), |_| {}), Err(StoreError::Missing(_))));
    assert!(matches!(plan_prune(&path, &Retention::nothing()), Err(StoreError::Missing(_))));
    assert!(!path.exists());
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs(x)").unwrap();
    assert!(matches!(prune(&path, &Retention::nothing(), |_| {}), Err(StoreError::Foreign(_))));
}
