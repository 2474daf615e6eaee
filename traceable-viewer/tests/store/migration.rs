//! A file of version 1 is brought up to date: nothing is lost, and what is new in it is what a fresh file would have.

use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::value::RawValue;
use traceable_viewer::{Store, StoreError, Viewer};

use crate::common::{A, server};
use crate::dump::dump;

/// A file that the first release made, from the requests in `version1.json`, a file and a feedback.
fn file_of_version_1(dir: &tempfile::TempDir) -> PathBuf {
    let path = dir.path().join("t.db");
    let bytes = zstd::stream::decode_all(&include_bytes!("version1.db.zst")[..]).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_file_of_version_1() {
    let dir = tempfile::tempdir().unwrap();
    let path = file_of_version_1(&dir);
    let error = Store::open(&path).unwrap_err();
    assert!(matches!(error, StoreError::Version { found: 1, known: 2.. }), "{error}");
    drop(Viewer::builder().db(&path).port(0).start().unwrap());

    let fresh = server();
    let requests: Vec<(String, String, &RawValue)> =
        serde_json::from_str(include_str!("version1.json")).unwrap();
    for (method, path, body) in &requests {
        let headers = [("Content-Type", "application/json")];
        assert_eq!(fresh.send(method, path, &headers, body.get().as_bytes()).status, 202);
    }
    assert_eq!(dump(&path), dump(fresh.store().path()));

    let (old, new) = (Store::open(&path).unwrap(), fresh.store());
    for trace in new.traces(10).unwrap() {
        let runs = |store: &Store| {
            let mut runs = store.trace(trace.trace_id).unwrap();
            runs.iter_mut().for_each(|run| {
                (run.received_us, run.seq) = (0, 0);
                run.attachments.clear();
            });
            runs
        };
        assert_eq!(runs(&old), runs(new));
    }
    let id = A.parse().unwrap();
    assert_eq!(old.attachment(id, "map.txt").unwrap().as_deref(), Some(&b"a map"[..]));
    assert_eq!(old.feedback(id).unwrap().len(), 1);
}

/// What the viewer is told of prices and the full text holds for runs of an older file too.
#[test]
fn an_older_file_gets_costs_and_no_words_if_that_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = file_of_version_1(&dir);
    let run = "UPDATE run SET run_type = 'llm' WHERE rid = 1";
    let texts = "UPDATE payload SET outputs = ?1, extra = ?2 WHERE rid = 1";
    let usage = r#"{"usage_metadata":{"input_tokens":4,"output_tokens":1,"total_tokens":5}}"#;
    let conn = Connection::open(&path).unwrap();
    assert_eq!(conn.execute(run, ()).unwrap(), 1);
    let plain = |json: &str| format!("\0{json}").into_bytes();
    let model = r#"{"metadata":{"ls_model_name":"gull"}}"#;
    assert_eq!(conn.execute(texts, (plain(usage), plain(model))).unwrap(), 1);
    let prices = dir.path().join("prices.json");
    std::fs::write(&prices, r#"{"gull":{"input_cost_per_token":0.5,"output_cost_per_token":2.0}}"#).unwrap();
    drop(Viewer::builder().db(&path).port(0).prices(&prices).search_index(false).start().unwrap());
    let one = |sql: &str| conn.query_row(sql, (), |row| row.get::<_, f64>(0)).unwrap();
    assert!((one("SELECT total_cost FROM run WHERE rid = 1") - 4.0).abs() < 1e-9);
    assert!((one("SELECT CAST(count(*) AS REAL) FROM run_text")).abs() < 1e-9);
}
