//! `traceable serve`, `tree` and `replay`, with limits that the system sets.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use super::common::{self, A, B, order, server};
use super::traceable;

#[test]
fn tree_prints_to_stdout() {
    let server = server();
    let db = server.store().path().to_str().unwrap().to_owned();
    assert!(!traceable(&["tree", "--db", &db]).status.success(), "there is no trace yet");
    let runs = json!({"post": [
        {"id": A, "name": "parent", "inputs": {"q": 1}, "dotted_order": order(&[A]), "end_time": "2026-11-22T13:24:34Z"},
        {"id": B, "name": "child", "run_type": "llm", "dotted_order": order(&[A, B]), "error": "ValueError('x')\nmore"}]});
    assert_eq!(server.json("POST", "/runs/batch", &runs).status, 202);
    let expected = "parent  ✓ 1.00s\n│  in  {\"q\":1}\n└─ child [llm]  ✗\n      err ValueError('x')\n";
    for trace in [&[][..], &["latest"], &[A], &[B]] {
        let output = traceable(&[&["tree", "--db", &db], trace].concat());
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        assert!(output.status.success() && output.stderr.is_empty());
    }
    let output = traceable(&["tree", "nonsense", "--db", &db]);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("`nonsense` is neither an id nor `latest`"));
}

#[test]
fn tree_does_not_make_a_database() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("none.db");
    let output = traceable(&["tree", "--db", db.to_str().unwrap()]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("there is no database"));
    assert!(!db.exists());
}

#[test]
fn errors_are_printed_with_their_causes() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("text.db");
    std::fs::write(&db, "this is no database at all, only some text".repeat(50)).unwrap();
    let output = traceable(&["tree", "--db", db.to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "traceable: SQLite reported an error: file is not a database\n");
}

#[cfg(unix)]
#[test]
fn serve_until_interrupted() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("served.db");
    let mut child = Command::new(env!("CARGO_BIN_EXE_traceable"))
        .args(["serve", "--port", "0", "--db", db.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.split("listening on ").nth(1).and_then(|rest| rest.split(',').next());
    let info = ureq::get(format!("{}/info", url.unwrap_or_else(|| panic!("{first}")))).call().unwrap();
    assert_eq!(info.status(), 200);
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    assert!(lines.any(|line| line.unwrap().contains("stopping")));
    assert!(db.exists());
}

#[test]
fn serve_refuses_to_be_open_to_all() {
    let output = traceable(&["serve", "--host", "0.0.0.0", "--port", "0", "--db", "never-made.db"]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("--token"));
}

#[test]
fn serve_refuses_a_blank_token() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("never-made.db");
    let db = db.to_str().unwrap();
    for (arguments, variable) in
        [(&["--token", ""][..], None), (&["--token", " "], None), (&[], Some(" ")), (&[], Some(""))]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_traceable"));
        command.args(["serve", "--port", "0", "--db", db]).args(arguments);
        if let Some(variable) = variable {
            command.env("TRACEABLE_TOKEN", variable);
        }
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{arguments:?} {variable:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("the token is blank"));
    }
    assert!(!std::path::Path::new(db).exists());
}

/// A program's spool, left at an outage, and sent to the collector.
#[cfg(feature = "replay")]
#[test]
fn replay_sends_what_a_program_left() {
    use std::sync::Arc;
    use std::time::Duration;
    use traceable_core::RunTree;
    use traceable_exporter::{Config, Exporter, Spool};

    let folder = tempfile::tempdir().unwrap();
    let config =
        Config::builder().endpoint("http://127.0.0.1:9").spool(Spool::new(folder.path())).on_warning(|_| {});
    let exporter = Arc::new(Exporter::new(config.build().unwrap()));
    RunTree::builder("left behind").sink(exporter.clone()).build().post().end().patch();
    assert_eq!(exporter.shutdown(Duration::from_millis(300)).left_on_disk, 2);
    // its threads let go of the folder a moment later
    std::thread::sleep(Duration::from_millis(300));

    let server = server();
    let path = folder.path().to_str().unwrap();
    let output = traceable(&["replay", path, "--endpoint", &server.viewer.url()]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, format!("2 run operations delivered to {}\n", server.viewer.url()));
    assert!(output.status.success() && output.stderr.is_empty());
    let latest = server.store().latest_trace().unwrap().unwrap();
    assert_eq!(server.store().trace(latest.trace_id).unwrap()[0].name, "left behind");

    let output = traceable(&["replay", "/nonexistent", "--endpoint", &server.viewer.url()]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("/nonexistent cannot be replayed"));
}

/// A folder that programs with other workspaces share: what is of which is not for this command to guess.
#[cfg(feature = "replay")]
#[test]
fn replay_names_what_is_for_others() {
    use std::sync::Arc;
    use std::time::Duration;
    use traceable_core::RunTree;
    use traceable_exporter::{Config, Exporter, Spool};

    let folder = tempfile::tempdir().unwrap();
    for key in ["one-key", "other-key"] {
        let config = Config::builder()
            .endpoint("http://127.0.0.1:9")
            .api_key(key)
            .spool(Spool::new(folder.path()))
            .on_warning(|_| {});
        let exporter = Arc::new(Exporter::new(config.build().unwrap()));
        RunTree::builder("left behind").sink(exporter.clone()).build().post().end().patch();
        assert_eq!(exporter.shutdown(Duration::from_millis(300)).left_on_disk, 2);
    }
    std::thread::sleep(Duration::from_millis(300));

    let server = server();
    let output = traceable(&["replay", folder.path().to_str().unwrap(), "--endpoint", &server.viewer.url()]);
    assert!(!output.status.success());
    assert!(server.store().latest_trace().unwrap().is_none());
    let said = String::from_utf8(output.stderr).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert!(said.contains(path.to_str().unwrap()), "{said}");
    }
}

/// `traceable serve` in a shell that first sets limits; what it says, up to the line with its address.
#[cfg(unix)]
struct Limited {
    child: std::process::Child,
    said: Vec<String>,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
}

#[cfg(unix)]
impl Limited {
    fn serve(limits: &str, db: &std::path::Path) -> Self {
        let serve = format!("{limits}; exec \"$0\" serve --port 0 --db \"$1\"");
        let mut child = Command::new("sh")
            .args(["-c", &serve, env!("CARGO_BIN_EXE_traceable"), db.to_str().unwrap()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        while !said.last().is_some_and(|line: &String| line.contains("listening on")) {
            said.push(lines.next().unwrap_or_else(|| panic!("it ended: {said:?}")).unwrap());
        }
        Limited { child, said, lines }
    }

    fn address(&self) -> String {
        let line = self.said.last().unwrap();
        line.split("http://").nth(1).and_then(|rest| rest.split(',').next()).unwrap().to_owned()
    }

    fn post(&self, id: &str) -> (u16, String) {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let body = json!({"id": id, "name": "n"}).to_string();
        let mut reply = agent.post(format!("http://{}/runs", self.address())).send(body).unwrap();
        (reply.status().as_u16(), reply.body_mut().read_to_string().unwrap())
    }
}

#[cfg(unix)]
impl Drop for Limited {
    fn drop(&mut self) {
        // an error means that it has ended
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[test]
fn serve_makes_private_files_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;

    for umask in ["000", "022", "777"] {
        let dir = tempfile::tempdir().unwrap();
        let server = Limited::serve(&format!("umask {umask}"), &dir.path().join("t.db"));
        assert_eq!(server.post(A).0, 202);
        let files = std::fs::read_dir(dir.path()).unwrap().map(Result::unwrap);
        let modes: Vec<_> = files
            .map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777))
            .collect();
        assert_eq!(modes.len(), 3);
        assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "umask {umask}: {modes:?}");
    }
}

/// More connections than descriptors, none of which asks for anything.
#[cfg(unix)]
#[test]
fn serve_answers_beside_silent_connections() {
    for (descriptors, clients) in [(256, 300), (24, 40)] {
        let dir = tempfile::tempdir().unwrap();
        let server = Limited::serve(&format!("ulimit -n {descriptors}"), &dir.path().join("t.db"));
        let connect = |_| std::net::TcpStream::connect(server.address()).unwrap();
        let silent: Vec<_> = (0..clients).map(connect).collect();
        assert_eq!(server.post(A).0, 202, "{descriptors} descriptors");
        assert_eq!(server.post(B).0, 202, "{descriptors} descriptors");
        drop(silent);
    }
}

/// Nothing can be written: as on a full disk, but without one.
#[cfg(unix)]
#[test]
fn serve_reads_what_it_cannot_write() {
    let dir = tempfile::tempdir().unwrap();
    let db = dir.path().join("t.db");
    let nowhere = "trap '' XFSZ; ulimit -f 0";
    // there is nothing to read yet
    let serve = format!("{nowhere}; exec \"$0\" serve --port 0 --db \"$1\"");
    let output = Command::new("sh")
        .args(["-c", &serve, env!("CARGO_BIN_EXE_traceable"), db.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!output.status.success(), "{output:?}");

    let viewer = traceable_viewer::Viewer::builder().db(&db).port(0).start().unwrap();
    let server = common::Server { viewer, dir };
    assert_eq!(server.json("POST", "/runs", &json!({"id": A, "name": "kept"})).status, 202);
    let common::Server { viewer, dir } = server;
    viewer.shutdown();

    let mut reading = Limited::serve(nowhere, &db);
    assert!(reading.said[0].contains("the database can only be read"), "{:?}", reading.said);
    assert!(reading.said[1].contains("only reading"), "{:?}", reading.said);
    let (status, text) = reading.post(B);
    assert_eq!(status, 503);
    assert!(text.contains("the database can only be read"), "{text}");
    assert!(reading.lines.any(|line| line.unwrap().contains("was refused")));
    let tree = format!("{nowhere}; exec \"$0\" tree --db \"$1\"");
    let tree = Command::new("sh")
        .args(["-c", &tree, env!("CARGO_BIN_EXE_traceable"), db.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(String::from_utf8(tree.stdout).unwrap().contains("kept"), "{:?}", tree.stderr);
    drop((reading, dir));
}
