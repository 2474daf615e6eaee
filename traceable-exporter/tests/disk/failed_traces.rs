//! The folder of failed traces: who may read it, and what failed writes leave there.

#![cfg(unix)]

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, run};
use serde_json::json;
use traceable_core::RunTree;
use traceable_exporter::Exporter;

const URL: &str = "TEST_URL";
const FOLDER: &str = "TEST_FOLDER";

fn files(folder: &Scratch) -> Vec<PathBuf> {
    fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn drop_one(exporter: &Arc<Exporter>) {
    run(exporter, "r");
    assert!(exporter.flush(LONG).is_complete());
}

fn refusing() -> Server {
    let server = Server::start();
    server.rule(|_| Answer::Status(422));
    server
}

#[test]
fn only_the_owner_can_read_the_folder() {
    let (server, folder) = (refusing(), Scratch::new());
    let inside = folder.path().join("failed");
    drop_one(&exporter(config(&server.url()).failed_traces(&inside, 1 << 20)));
    for path in [folder.path(), &inside] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o700, "{path:?}");
    }
}

#[test]
fn old_unfinished_files_are_deleted() {
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
    drop_one(&exporter);
    assert!(!stale.exists());
    assert_eq!(files(&folder).len(), 1);
    // another process may be writing a recent one; files with other names are left alone
    let fresh = leave("trace_2.000000_00000000.json.tmp", 0);
    let foreign = leave("mine.tmp", 3600);
    drop_one(&exporter);
    assert!(fresh.exists() && foreign.exists());
    assert_eq!(files(&folder).len(), 3);
}

#[test]
#[ignore = "run by the next test, in a process with a limit on the length of files"]
fn the_role() {
    let (Ok(url), Ok(folder)) = (std::env::var(URL), std::env::var(FOLDER)) else { return };
    let exporter = exporter(config(&url).failed_traces(folder, 1 << 20));
    let text: String = (0..100_000).map(|_| fastrand::alphanumeric()).collect();
    RunTree::builder("r").inputs(json!({"t": text})).sink(exporter.clone()).build().post();
    assert_eq!(exporter.flush(LONG).dropped.rejected, 1);
}

/// The limit simulates a full disk.
#[test]
fn a_failed_write_leaves_nothing() {
    let (server, folder) = (refusing(), Scratch::new());
    let status = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 32; exec \"$0\" --exact failed_traces::the_role --include-ignored",
        ])
        .arg(std::env::current_exe().unwrap())
        .env(URL, server.url())
        .env(FOLDER, folder.path())
        // the limit would apply to files here too
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(files(&folder), <[PathBuf; 0]>::default());
}
