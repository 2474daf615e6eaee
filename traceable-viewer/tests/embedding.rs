//! A viewer inside other programs: starting, stopping, starting again.

mod common;

use std::error::Error;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{A, server};
use serde_json::json;
use traceable_viewer::{Store, StoreError, Viewer, ViewerError};

#[test]
fn what_was_stored_is_there_after_a_restart() {
    let server = server();
    server.json("POST", "/runs", &json!({"id": A, "name": "kept"}));
    let common::Server { viewer, dir } = server;
    let path = viewer.store().path().to_owned();
    viewer.shutdown();
    assert!(!path.with_extension("db-wal").exists(), "the file is whole without its log");
    let again = Viewer::builder().db(&path).port(0).start().unwrap();
    assert_eq!(again.store().latest_trace().unwrap().unwrap().name, "kept");
    drop((again, dir));
}

#[test]
fn a_client_that_stalls_does_not_hold_up_the_end() {
    let server = server();
    let mut stalled = TcpStream::connect(server.viewer.address()).unwrap();
    stalled.write_all(b"POST /runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{").unwrap();
    let _idle = TcpStream::connect(server.viewer.address()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "current_thread")]
async fn dropped_inside_a_runtime() {
    let server = server();
    let reply = server.send("GET", "/info", &[], b"");
    assert_eq!(reply.status, 200);
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn fails_inside_a_runtime() {
    let server = server();
    let port = server.viewer.address().port();
    let second = Viewer::builder().db(server.dir.path().join("second.db")).port(port).start();
    assert!(matches!(second, Err(ViewerError::Bind { .. })));
    let folder = Viewer::builder().db(server.dir.path()).port(0).start();
    assert!(matches!(folder, Err(ViewerError::Store(_))));
    let nowhere = Viewer::builder().db(server.dir.path().join("x.db")).host("no such host").port(0).start();
    assert!(matches!(nowhere, Err(ViewerError::Resolve { .. })));
    for error in [second, folder, nowhere].map(Result::unwrap_err) {
        let cause = error.source().unwrap().to_string();
        assert!(!error.to_string().contains(&cause), "{error} repeats its cause");
    }
}

#[test]
fn two_viewers_on_one_file() {
    let server = server();
    let second = Viewer::builder().db(server.store().path()).port(0).start().unwrap();
    let second = common::Server { viewer: second, dir: tempfile::tempdir().unwrap() };
    std::thread::scope(|scope| {
        for (one, base) in [(&server, 1_u128), (&second, 1000)] {
            scope.spawn(move || {
                for n in 0..30 {
                    let id = uuid::Uuid::from_u128(base + n).to_string();
                    assert_eq!(one.json("POST", "/runs", &json!({"id": id})).status, 202);
                }
            });
        }
    });
    assert_eq!(server.store().traces(100).unwrap().len(), 60);
}

#[test]
fn nothing_to_read() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(dir.path().join("none.db")), Err(StoreError::Missing(_))));
}

/// The rights of the database and the files beside it.
#[cfg(unix)]
fn modes(db: &std::path::Path) -> Vec<(String, u32)> {
    use std::os::unix::fs::PermissionsExt;
    let files = ["", "-wal", "-shm"].map(|suffix| format!("{}{suffix}", db.display()));
    let mode = |file: &String| std::fs::metadata(file).ok().map(|found| found.permissions().mode() & 0o777);
    files.iter().filter_map(|file| Some((file.clone(), mode(file)?))).collect()
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    let server = server();
    assert_eq!(server.json("POST", "/runs", &json!({"id": A, "name": "n"})).status, 202);
    let modes = modes(server.store().path());
    assert_eq!(modes.len(), 3);
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

/// As an older version left them, under an ordinary umask.
#[cfg(unix)]
#[test]
fn rights_of_others_are_taken_away() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let server = server();
    assert_eq!(server.json("POST", "/runs", &json!({"id": A, "name": "kept"})).status, 202);
    let db = server.store().path().to_owned();
    for (file, _) in modes(&db) {
        set_permissions(file, Permissions::from_mode(0o644)).unwrap();
    }
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let said = std::sync::Arc::clone(&lines);
    let second = Viewer::builder().db(&db).port(0);
    let second = second.on_warning(move |line| said.lock().unwrap().push(line.to_owned())).start().unwrap();
    assert!(modes(&db).iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes(&db));
    assert_eq!(second.store().latest_trace().unwrap().unwrap().name, "kept");
    drop(second);
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("mode was 644, and is 600 now")), "{lines:?}");
}

/// The file of another program is none of ours to change.
#[cfg(unix)]
#[test]
fn a_foreign_file_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.db");
    std::fs::write(&text, "this is no database at all, only some text".repeat(50)).unwrap();
    std::fs::set_permissions(&text, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Viewer::builder().db(&text).port(0).start(), Err(ViewerError::Store(_))));
    assert_eq!(modes(&text)[0].1, 0o644);
}
