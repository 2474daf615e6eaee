//! The folder of runs that are given up: who may read it, and what is left there by writes that fail.

#![cfg(unix)]

mod support;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::json;
use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{LONG, config, exporter, run};
use traceable_core::RunTree;
use traceable_exporter::Exporter;

const URL: &str = "TEST_URL";
const FOLDER: &str = "TEST_FOLDER";

fn files(folder: &Scratch) -> Vec<PathBuf> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn give_up(exporter: &Arc<Exporter>) {
    run(exporter, "r");
    assert!(exporter.flush(LONG).is_complete());
}

fn refusing() -> Server {
    let server = Server::start();
    server.rule(|_| Answer::Status(422));
    server
}

#[test]
fn the_folder_is_its_owners_alone() {
    let (server, folder) = (refusing(), Scratch::new());
    let inside = folder.path().join("failed");
    give_up(&exporter(config(&server.url()).failed_traces(&inside, 1 << 20)));
    for path in [folder.path(), &inside] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700, "{path:?}");
    }
}

#[test]
fn what_was_not_finished_long_ago_takes_no_room() {
    let (server, folder) = (refusing(), Scratch::new());
    fs::create_dir_all(folder.path()).unwrap();
    let leave = |name: &str, age: u64| {
        let path = folder.path().join(name);
        fs::write(&path, [0; 3000]).unwrap();
        let at = SystemTime::now() - Duration::from_secs(age);
        File::options().write(true).open(&path).unwrap().set_modified(at).unwrap();
        path
    };
    let stale = leave("trace_1.000000_00000000.json.tmp", 3600);
    let exporter = exporter(config(&server.url()).failed_traces(folder.path(), 4000));
    give_up(&exporter);
    assert!(!stale.exists());
    assert_eq!(files(&folder).len(), 1);
    // somebody may be at it; and what is not ours is not touched
    let fresh = leave("trace_2.000000_00000000.json.tmp", 0);
    let foreign = leave("mine.tmp", 3600);
    give_up(&exporter);
    assert!(fresh.exists() && foreign.exists());
    assert_eq!(files(&folder).len(), 3);
}

#[test]
#[ignore = "run by the next test, in a process whose files may not be long"]
fn the_role() {
    let (Ok(url), Ok(folder)) = (std::env::var(URL), std::env::var(FOLDER)) else { return };
    let exporter = exporter(config(&url).failed_traces(folder, 1 << 20));
    let text: String = (0..100_000).map(|_| fastrand::alphanumeric()).collect();
    RunTree::builder("r").inputs(json!({"t": text})).sink(exporter.clone()).build().post();
    assert_eq!(exporter.flush(LONG).dropped.rejected, 1);
}

/// The limit stands for a disk that is full.
#[test]
fn a_write_that_fails_leaves_nothing() {
    let (server, folder) = (refusing(), Scratch::new());
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 32; exec \"$0\" --exact the_role --include-ignored"])
        .arg(std::env::current_exe().unwrap())
        .env(URL, server.url())
        .env(FOLDER, folder.path())
        // where these are files, the limit is theirs too
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(files(&folder), <[PathBuf; 0]>::default());
}
