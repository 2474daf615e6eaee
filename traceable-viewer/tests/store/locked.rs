//! Another program holds the file.

use rusqlite::Connection;
use serde_json::json;
use traceable_viewer::Viewer;

use super::common::{A, B, C, Server, eventually, server};

const SENTENCE: &str = "another program holds the database";

#[test]
fn what_is_sent_meanwhile_is_to_be_sent_again() {
    let server = server();
    assert_eq!(server.json("POST", "/runs", &json!({"id": A})).status, 202);
    let other = Connection::open(server.store().path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reply = server.json("POST", "/runs", &json!({"id": B}));
    assert_eq!(reply.status, 503);
    assert!(reply.body.contains(SENTENCE), "{}", reply.body);
    assert!(reply.head.contains("retry-after: "), "{}", reply.head);
    assert!(server.find(A).is_some(), "it can be read all the while");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(server.json("POST", "/runs", &json!({"id": B})).status, 202);
    assert!(server.find(B).is_some());
}

#[test]
fn a_viewer_starts_on_a_file_that_is_held() {
    let Server { viewer, dir } = server();
    let db = viewer.store().path().to_owned();
    viewer.shutdown();
    let other = Connection::open(&db).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let viewer = Viewer::builder().db(&db).port(0).start().unwrap();
    assert!(viewer.read_only().is_some_and(|text| text.contains(SENTENCE)), "{:?}", viewer.read_only());
    let server = Server { viewer, dir };
    assert!(server.store().traces(1).unwrap().is_empty());
    let reply = server.json("POST", "/runs", &json!({"id": C}));
    assert!(reply.status == 503 && reply.body.contains(SENTENCE), "{}", reply.body);
    other.execute_batch("COMMIT").unwrap();
    eventually(|| (server.json("POST", "/runs", &json!({"id": C})).status == 202).then_some(()));
    assert!(server.find(C).is_some());
}
