//! The quarantine: runs on which the server fails while it accepts others wait on disk without blocking them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Request, Server};
use crate::support::{LONG, Warnings, config, exporter, run};
use traceable_exporter::{ConfigBuilder, Exporter, Spool, replay};

fn spooled(server: &Server, folder: &Scratch) -> ConfigBuilder {
    config(&server.url()).spool(Spool::new(folder.path()))
}

fn is_bad(request: &Request) -> bool {
    request.body.windows(3).any(|window| window == b"BAD")
}

/// The quarantine files of the only destination.
fn quarantined(folder: &Scratch) -> Vec<PathBuf> {
    let inside =
        |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = inside(&folder.only_folder()).into_iter().flat_map(|folder| inside(&folder));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "quarantine")).collect()
}

/// Submits each run in a batch of its own.
fn run_each(exporter: &Arc<Exporter>, names: &[&str]) {
    for name in names {
        run(exporter, name);
        let begun = Instant::now();
        loop {
            // a flush also keeps the pauses between tries short
            let _ = exporter.flush(Duration::from_millis(60));
            let stats = exporter.stats();
            // what waits only in memory would share the next batch
            if stats.queued <= stats.on_disk {
                break;
            }
            assert!(begun.elapsed() < LONG, "{stats:?}");
        }
    }
}

/// Flushes until nothing waits any more.
fn flush_all(exporter: &Exporter) {
    let begun = Instant::now();
    while !exporter.flush(Duration::from_millis(200)).is_complete() {
        assert!(begun.elapsed() < LONG, "{:?}", exporter.stats());
    }
}

/// The names of accepted runs, from either endpoint.
fn names(server: &Server) -> Vec<String> {
    let taken = server.answered().into_iter().filter(|(_, status)| *status == 202);
    let mut names: Vec<String> = taken
        .flat_map(|(request, _)| match request.path.as_str() {
            "/runs/batch" => {
                let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                body["post"].as_array().unwrap().clone()
            }
            _ => crate::support::mains(&request).into_iter().map(|(_, main)| main).collect(),
        })
        .map(|run| run["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

/// Runs a program that ends and leaves one quarantined request.
fn leave_quarantined(server: &Server, folder: &Scratch) {
    server.rule(|request| Answer::Status(if is_bad(request) { 500 } else { 202 }));
    let first = exporter(spooled(server, folder));
    run_each(&first, &["BAD", "a"]);
    flush_all(&first);
    // one that is being retried when the exporter shuts down counts as left on disk
    let report = first.shutdown(Duration::ZERO);
    assert_eq!(report.quarantined + report.left_on_disk, 2);
}

#[test]
fn a_request_that_always_fails_does_not_block_the_others() {
    let infos = [
        // sent as it is, decompressed, and encoded anew
        r#"{"instance_flags":{"zstd_compression_enabled":true}}"#,
        r#"{"instance_flags":{"zstd_compression_enabled":false}}"#,
        r#"{"batch_ingest_config":{"use_multipart_endpoint":false}}"#,
    ];
    for info in infos {
        let (server, folder, warnings) = (Server::start(), Scratch::new(), Warnings::default());
        server.set_info(info);
        server.rule(|request| Answer::Status(if is_bad(request) { 500 } else { 202 }));
        let first = exporter(spooled(&server, &folder).on_warning(warnings.handler()));
        run_each(&first, &["a", "BAD", "b", "c"]);
        flush_all(&first);
        assert_eq!(names(&server), ["a", "b", "c"], "{info}");
        assert_eq!(quarantined(&folder).len(), 1, "{info}");
        let stats = first.stats();
        assert_eq!(
            (stats.submitted, stats.delivered, stats.quarantined, stats.queued),
            (8, 6, 2, 0),
            "{info}"
        );
        assert_eq!(stats.dropped.total(), 0, "{info}");
        let count = warnings.lines().into_iter().filter(|line| line.contains("quarantined")).count();
        assert_eq!(count, 1, "{info}: {:?}", warnings.lines());
        // it is retried once when others were accepted, and then only after a minute
        let tries = server.requests().iter().filter(|request| is_bad(request)).count();
        assert!((8..=10).contains(&tries), "{info}: {tries}");
        run_each(&first, &["d"]);
        let report = first.flush(LONG);
        assert!(report.is_complete() && report.elapsed < Duration::from_secs(5), "{info}: {report}");
        assert!(!report.is_lossless() && report.quarantined == 2, "{info}: {report}");
        assert_eq!(first.shutdown(Duration::ZERO).quarantined, 2);
        drop(first);

        // the next process retries it, too
        server.rule(|_| Answer::Status(202));
        let second = exporter(spooled(&server, &folder));
        second.start();
        let begun = Instant::now();
        while second.stats().delivered < 2 {
            assert!(begun.elapsed() < LONG, "{info}: {:?}", second.stats());
            std::thread::sleep(Duration::from_millis(10));
        }
        let stats = second.stats();
        assert_eq!((stats.recovered, stats.delivered, stats.quarantined), (2, 2, 0), "{info}");
        assert_eq!(names(&server), ["BAD", "a", "b", "c", "d"], "{info}");
        assert!(quarantined(&folder).is_empty(), "{info}");
    }
}

/// The server fails on one of 20 runs in a request.
#[test]
fn the_run_that_the_server_fails_on_is_isolated() {
    let infos = [
        r#"{"instance_flags":{"zstd_compression_enabled":true}}"#,
        r#"{"batch_ingest_config":{"use_multipart_endpoint":false}}"#,
        // several requests in any case
        r#"{"batch_ingest_config":{"size_limit_bytes":3000}}"#,
    ];
    for info in infos {
        let (server, folder) = (Server::start(), Scratch::new());
        server.set_info(info);
        // the 20 runs in one batch, and then others
        server.set_down(Some(Answer::Status(500)));
        let exporter = exporter(spooled(&server, &folder).batch_delay(Duration::from_millis(100)));
        for n in 0..20 {
            run(&exporter, &if n == 7 { "BAD".to_owned() } else { format!("r{n:02}") });
        }
        let _ = exporter.flush(Duration::from_millis(200));
        server.rule(|request| Answer::Status(if is_bad(request) { 500 } else { 202 }));
        server.set_down(None);
        run_each(&exporter, &["s0", "s1"]);
        let begun = Instant::now();
        while exporter.stats().delivered < 42 {
            assert!(begun.elapsed() < LONG, "{info}: {:?}", exporter.stats());
            let _ = exporter.flush(Duration::from_millis(50));
        }
        let mut expected: Vec<String> = (0..20).filter(|n| *n != 7).map(|n| format!("r{n:02}")).collect();
        expected.extend(["s0".to_owned(), "s1".to_owned()]);
        assert_eq!(names(&server), expected, "{info}");
        flush_all(&exporter);
        let stats = exporter.stats();
        assert_eq!(
            (stats.submitted, stats.delivered, stats.quarantined, stats.queued),
            (44, 42, 2, 0),
            "{info}"
        );
        assert_eq!(quarantined(&folder).len(), 1, "{info}");
    }
}

#[test]
fn a_server_that_fails_on_everything_for_a_while_loses_nothing_and_gets_nothing_twice() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(500));
    let exporter = exporter(spooled(&server, &folder));
    run_each(&exporter, &["a", "b", "c", "d"]);
    // enough tries to quarantine all of them, if each were to blame
    let begun = Instant::now();
    while server.requests().len() < 30 {
        assert!(begun.elapsed() < LONG, "{}", server.requests().len());
        let _ = exporter.flush(Duration::from_millis(50));
    }
    assert_eq!(quarantined(&folder).len(), 1);
    assert_eq!(exporter.stats().dropped.total(), 0);
    server.rule(|_| Answer::Status(202));
    let begun = Instant::now();
    while exporter.stats().delivered < 8 {
        assert!(begun.elapsed() < LONG, "{:?}", exporter.stats());
        let _ = exporter.flush(Duration::from_millis(50));
    }
    assert_eq!(names(&server), ["a", "b", "c", "d"]);
    let stats = exporter.stats();
    assert_eq!((stats.submitted, stats.quarantined, stats.queued), (8, 0, 0));
    assert!(quarantined(&folder).is_empty());
}

#[test]
fn a_single_request_is_not_quarantined_nor_is_any_while_the_server_is_down() {
    for is_down in [false, true] {
        let (server, folder) = (Server::start(), Scratch::new());
        let exporter = exporter(spooled(&server, &folder));
        match is_down {
            false => server.rule(|_| Answer::Status(500)),
            true => server.set_down(Some(Answer::Status(500))),
        }
        run_each(&exporter, if is_down { &["a", "b", "c"] } else { &["a"] });
        let begun = Instant::now();
        while server.all_requests().len() < 20 {
            assert!(begun.elapsed() < LONG);
            let _ = exporter.flush(Duration::from_millis(50));
        }
        assert!(quarantined(&folder).is_empty(), "{is_down}");
        server.rule(|_| Answer::Status(202));
        server.set_down(None);
        assert!(exporter.flush(LONG).is_lossless(), "{is_down}");
    }
}

#[test]
fn quarantined_requests_can_be_replayed() {
    let (server, folder) = (Server::start(), Scratch::new());
    leave_quarantined(&server, &folder);
    // its threads release the folder a moment later
    std::thread::sleep(Duration::from_millis(300));
    let settings = config(&server.url()).retry_timeout(Duration::from_millis(50)).build().unwrap();
    let replayed = replay(folder.path(), &settings).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.dropped.total()), (0, 2, 0));
    server.rule(|_| Answer::Status(202));
    let replayed = replay(folder.path(), &settings).unwrap();
    assert_eq!((replayed.delivered, replayed.left, replayed.dropped.total()), (2, 0, 0));
    assert_eq!(names(&server), ["BAD", "a"]);
    assert!(quarantined(&folder).is_empty());
}

#[test]
fn quarantined_requests_expire() {
    let (server, folder) = (Server::start(), Scratch::new());
    leave_quarantined(&server, &folder);
    // ages are whole seconds
    std::thread::sleep(Duration::from_millis(2100));
    let spool = Spool::new(folder.path()).max_age(Duration::from_secs(1));
    let second = exporter(config(&server.url()).spool(spool));
    second.start();
    let begun = Instant::now();
    while second.stats().dropped.expired < 2 {
        assert!(begun.elapsed() < LONG, "{:?}", second.stats());
        std::thread::sleep(Duration::from_millis(10));
    }
    let stats = second.stats();
    assert_eq!((stats.recovered, stats.quarantined, stats.queued, stats.on_disk), (2, 0, 0, 0));
    assert!(quarantined(&folder).is_empty());
}
