//! What waits on disk is sent where it was to go, and nowhere else: programs and replicas that share one folder.

mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::scratch::Scratch;
use support::server::{Answer, Server};
use support::{LONG, config, delivered_names, exporter, run};
use traceable_core::RunTree;
use traceable_exporter::{ConfigBuilder, Exporter, Replica, Replicas, Spool, replay};

/// A longer time than an exporter needs to take over what others have left.
const A_WHILE: Duration = Duration::from_millis(2500);

/// An exporter that leaves one run on disk, and ends.
fn leave_one(config: ConfigBuilder, folder: &Scratch, name: &str) {
    let exporter = exporter(config.spool(Spool::new(folder.path())));
    run(&exporter, name);
    let report = exporter.shutdown(Duration::from_millis(300));
    assert_eq!((report.left_on_disk, report.dropped.total()), (2, 0), "{report}");
    drop(exporter);
    // its threads let go of the folder a moment later
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

fn unwell() -> Server {
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
    let (server, other, folder) = (unwell(), Server::start(), Scratch::new());
    let own = || config(&server.url()).api_key("key-a");
    leave_one(own(), &folder, "of a");
    server.rule(|_| Answer::Status(202));
    let strangers = [
        started(config(&other.url()).api_key("key-a"), &folder),
        started(config(&server.url()).api_key("key-b"), &folder),
        started(config(&server.url()).api_key("key-a").workspace_id("w"), &folder),
    ];
    std::thread::sleep(A_WHILE);
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
fn a_workspace_that_is_named_is_the_same_with_a_new_key() {
    let (server, folder) = (unwell(), Scratch::new());
    let with_key = |key: &str| config(&server.url()).workspace_id("workspace-1").api_key(key);
    leave_one(with_key("old-key"), &folder, "r");
    server.rule(|_| Answer::Status(202));
    wait_for(&started(with_key("new-key"), &folder), 2);
    assert_eq!(delivered_names(&server), ["r"]);
}

#[test]
fn a_replica_at_the_programs_own_address_goes_on_with_what_the_program_left() {
    let (server, folder) = (unwell(), Scratch::new());
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
        let (server, folder) = (unwell(), Scratch::new());
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
fn by_hand_what_a_single_destination_has_left_is_sent_wherever_it_is_wanted() {
    let (server, folder) = (unwell(), Scratch::new());
    leave_one(config(&server.url()).api_key("key-a"), &folder, "r");
    let other = Server::start();
    let replayed = replay(folder.path(), &config(&other.url()).build().unwrap()).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.not_sent.len()), (2, 0, 0));
    assert_eq!(delivered_names(&other), ["r"]);
}

#[test]
fn by_hand_each_of_several_destinations_is_sent_its_own_and_the_rest_is_named() {
    let (server, other, folder) = (unwell(), unwell(), Scratch::new());
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

    // of several that are configured, none is the one
    let to = |key: &str| Replica::to(server.url()).api_key(key);
    let both = a().replica(to("key-c")).replica(to("key-d")).build().unwrap();
    let replayed = replay(folder.path(), &both).unwrap();
    assert_eq!((replayed.delivered, &replayed.not_sent), (0, &vec![of_b.clone()]));
    let replayed = replay(of_b, &both).unwrap();
    assert_eq!((replayed.delivered, &replayed.not_sent), (0, &vec![of_b.clone()]));

    // named itself, it is sent: by a program whose key is a new one
    let renewed = config(&other.url()).api_key("key-b2").build().unwrap();
    let replayed = replay(of_b, &renewed).unwrap();
    assert_eq!((replayed.delivered, replayed.not_sent.len()), (2, 0));
    assert_eq!(delivered_names(&other), ["of b"]);
    // and is no matter any more
    assert!(replay(folder.path(), &both).unwrap().not_sent.is_empty());
}

#[test]
fn by_hand_files_without_a_destination_go_to_a_single_one_only() {
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
    // start and end in one
    assert_eq!(replay(folder.path(), &one().build().unwrap()).unwrap().delivered, 1);
}
