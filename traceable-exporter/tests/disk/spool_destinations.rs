//! Several destinations in one spool: each is sent its own runs, and no others.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, delivered_names, exporter, run};
use traceable_core::RunTree;
use traceable_exporter::{ConfigBuilder, Exporter, Replica, Replicas, Spool, replay};

/// An exporter takes over folders within this time.
const TAKE_OVER: Duration = Duration::from_millis(2500);

/// Starts an exporter that leaves one run on disk, and ends it.
fn leave_one(config: ConfigBuilder, folder: &Scratch, name: &str) {
    let exporter = exporter(config.spool(Spool::new(folder.path())));
    run(&exporter, name);
    let report = exporter.shutdown(Duration::from_millis(300));
    assert_eq!((report.left_on_disk, report.dropped.total()), (2, 0), "{report}");
    drop(exporter);
    // its threads release the folder a moment later
    std::thread::sleep(Duration::from_millis(300));
}

fn started(config: ConfigBuilder, folder: &Scratch) -> Arc<Exporter> {
    let exporter = exporter(config.spool(Spool::new(folder.path())));
    exporter.start();
    exporter
}

fn wait_for(exporter: &Exporter, delivered: u64) {
    let begun = Instant::now();
    while exporter.stats().delivered < delivered {
        assert!(begun.elapsed() < LONG, "{:?}", exporter.stats());
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn unhealthy() -> Server {
    let server = Server::start();
    server.rule(|_| Answer::Status(503));
    server
}

fn folders(folder: &Scratch) -> Vec<PathBuf> {
    let mut all: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn programs_with_other_servers_or_other_keys_take_over_nothing() {
    let (server, other, folder) = (unhealthy(), Server::start(), Scratch::new());
    let own = || config(&server.url()).api_key("key-a");
    leave_one(own(), &folder, "of a");
    server.rule(|_| Answer::Status(202));
    let strangers = [
        started(config(&other.url()).api_key("key-a"), &folder),
        started(config(&server.url()).api_key("key-b"), &folder),
        started(config(&server.url()).api_key("key-a").workspace_id("w"), &folder),
    ];
    std::thread::sleep(TAKE_OVER);
    for stranger in &strangers {
        assert_eq!((stranger.stats().recovered, stranger.stats().delivered), (0, 0));
    }
    assert!(delivered_names(&server).is_empty() && other.requests().is_empty());

    let before = server.requests().len();
    wait_for(&started(own().project("another project"), &folder), 2);
    assert_eq!(delivered_names(&server), ["of a"]);
    let keys: Vec<_> =
        server.requests().iter().skip(before).map(|r| r.header("x-api-key").unwrap().to_owned()).collect();
    assert_eq!(keys, ["key-a"]);
}

#[test]
fn a_named_workspace_keeps_its_folder_with_a_new_key() {
    let (server, folder) = (unhealthy(), Scratch::new());
    let with_key = |key: &str| config(&server.url()).workspace_id("workspace-1").api_key(key);
    leave_one(with_key("old-key"), &folder, "r");
    server.rule(|_| Answer::Status(202));
    wait_for(&started(with_key("new-key"), &folder), 2);
    assert_eq!(delivered_names(&server), ["r"]);
}

#[test]
fn a_replica_at_the_programs_own_address_recovers_what_the_program_left() {
    let (server, folder) = (unhealthy(), Scratch::new());
    leave_one(config(&server.url()).api_key("key"), &folder, "r");
    server.rule(|_| Answer::Status(202));
    let config = config(&server.url()).api_key("key").spool(Spool::new(folder.path()));
    let sink = Replicas::new(config.replica(Replica::new().primary()).build().unwrap());
    sink.start();
    wait_for(&sink.exporters()[0], 2);
    assert_eq!(delivered_names(&server), ["r"]);
}

#[test]
fn two_workspaces_at_one_address_share_no_folder() {
    for (spooled, name) in [(true, "spool"), (false, "failed traces")] {
        let (server, folder) = (unhealthy(), Scratch::new());
        let to = |key: &str| Replica::to(server.url()).api_key(key);
        let settings = config(&server.url()).compression(None).replica(to("key-a")).replica(to("key-b"));
        let settings = match spooled {
            true => settings.spool(Spool::new(folder.path())),
            false => settings.failed_traces(folder.path(), 1 << 20).retry_timeout(Duration::from_millis(10)),
        };
        let sink = Arc::new(Replicas::new(settings.build().unwrap()));
        RunTree::builder("r").sink(sink.clone()).build().post().end().patch();
        let _ = sink.flush(Duration::from_millis(500));
        let all = folders(&folder);
        assert_eq!(all.len(), 2, "{name}: {all:?}");
        for path in &all {
            let text = path.file_name().unwrap().to_str().unwrap();
            assert!(text.starts_with("to-") && !text.contains("key"), "{text}");
            assert_ne!(std::fs::read_dir(path).unwrap().count(), 0);
        }
    }
}

#[test]
fn replay_sends_a_single_destinations_runs_to_any_server() {
    let (server, folder) = (unhealthy(), Scratch::new());
    leave_one(config(&server.url()).api_key("key-a"), &folder, "r");
    let other = Server::start();
    let replayed = replay(folder.path(), &config(&other.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.not_sent.len()), (2, 0, 0));
    assert_eq!(delivered_names(&other), ["r"]);
}

#[test]
fn replay_sends_each_of_several_destinations_its_own_runs_and_names_the_rest() {
    let (server, other, folder) = (unhealthy(), unhealthy(), Scratch::new());
    let a = || config(&server.url()).api_key("key-a");
    leave_one(a(), &folder, "of a");
    leave_one(config(&other.url()).api_key("key-b"), &folder, "of b");
    for server in [&server, &other] {
        server.rule(|_| Answer::Status(202));
    }
    let replayed = replay(folder.path(), &a().build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left), (2, 0));
    let [of_b] = &replayed.not_sent[..] else { panic!("{:?}", replayed.not_sent) };
    assert_eq!(of_b.parent().unwrap(), folder.path());
    assert_eq!((delivered_names(&server).len(), delivered_names(&other).len()), (1, 0));

    // none of the configured destinations is the right one
    let to = |key: &str| Replica::to(server.url()).api_key(key);
    let both = a().replica(to("key-c")).replica(to("key-d")).build().unwrap();
    let replayed = replay(folder.path(), &both).unwrap();
    assert_eq!((replayed.delivered, &replayed.not_sent), (0, &vec![of_b.clone()]));
    let replayed = replay(of_b, &both).unwrap();
    assert_eq!((replayed.delivered, &replayed.not_sent), (0, &vec![of_b.clone()]));

    // the folder itself is sent, even with a new key
    let renewed = config(&other.url()).api_key("key-b2").build().unwrap();
    let replayed = replay(of_b, &renewed).unwrap();
    assert_eq!((replayed.delivered, replayed.not_sent.len()), (2, 0));
    assert_eq!(delivered_names(&other), ["of b"]);
    // and is not named any more
    assert!(replay(folder.path(), &both).unwrap().not_sent.is_empty());
}

#[test]
fn replay_sends_files_without_a_destination_only_to_a_single_one() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(422));
    let one = || config(&server.url()).failed_traces(folder.path(), 1 << 20);
    let exporter = exporter(one());
    run(&exporter, "r");
    assert!(exporter.flush(LONG).is_complete());
    server.rule(|_| Answer::Status(202));
    let both = one().replica(Replica::new()).replica(Replica::new().project("p")).build().unwrap();
    let replayed = replay(folder.path(), &both).unwrap();
    assert_eq!((replayed.delivered, replayed.not_sent), (0, vec![folder.path().to_owned()]));
    // start and end are one operation in that file
    assert_eq!(replay(folder.path(), &one().build().unwrap()).unwrap().delivered, 1);
}
