//! A file of version 1 is brought up to date: nothing is lost, and what is new in it is what a fresh file would have.

use std::path::PathBuf;

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
