//! The log beside the database.

use serde_json::json;

use super::common::{A, B, eventually, server};

#[test]
fn it_is_written_back_when_nothing_comes_any_more() {
    let server = server();
    let log = server.store().path().with_extension("db-wal");
    let is_empty = || log.metadata().is_ok_and(|log| log.len() == 0);
    for id in [A, B] {
        assert_eq!(server.json("POST", "/runs", &json!({"id": id})).status, 202);
        eventually(|| is_empty().then_some(()));
        assert!(server.find(id).is_some());
    }
}
