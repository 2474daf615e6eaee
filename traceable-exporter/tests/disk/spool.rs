//! The spool: outages, refusals, and the end of the process.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config, delivered_names, exporter, run};
use serde_json::json;
use traceable_core::{Attachment, RunTree};
use traceable_exporter::{ConfigBuilder, Spool};

const KEY: &str = "lsv2_pt_0123456789abcdef";

fn spooled(server: &Server, folder: &Scratch) -> ConfigBuilder {
    config(&server.url()).spool(Spool::new(folder.path()))
}

/// The main files of all destinations.
fn files(folder: &Path) -> Vec<PathBuf> {
    let inside = |folder: PathBuf| {
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let files = inside(folder.to_owned()).into_iter().flat_map(inside).flat_map(inside);
    files.filter(|path| path.extension().is_some_and(|extension| extension == "spool")).collect()
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names.dedup();
    names
}

fn names(count: usize) -> Vec<String> {
    sorted((0..count).map(|n| format!("r{n}")).collect())
}

#[test]
fn delivered_runs_are_deleted_from_disk() {
    let (server, folder) = (Server::start(), Scratch::new());
    let exporter = exporter(spooled(&server, &folder));
    for n in 0..250 {
        run(&exporter, &format!("r{n}"));
    }
    let report = exporter.flush(LONG);
    assert!(report.is_lossless(), "{report}");
    assert_eq!(sorted(delivered_names(&server)), names(250));
    assert_eq!(server.requests()[0].header("content-encoding"), Some("zstd"));
    wait_until("the folder is empty", || files(folder.path()).is_empty());
    assert_eq!(exporter.stats().on_disk, 0);
}

#[test]
fn the_next_process_sends_what_an_outage_left() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let first = exporter(spooled(&server, &folder));
    for n in 0..250 {
        run(&first, &format!("r{n}"));
    }
    let report = first.shutdown(Duration::from_millis(300));
    assert_eq!((report.left_on_disk, report.dropped.total(), report.remaining), (500, 0, 0), "{report}");
    assert!(!report.is_lossless() && report.to_string().ends_with("500 on disk"), "{report}");
    assert_eq!(first.stats().submitted, 500);

    server.rule(|_| Answer::Status(202));
    let second = exporter(spooled(&server, &folder));
    second.start();
    wait_until("all is delivered", || second.stats().delivered == 500);
    let stats = second.stats();
    assert_eq!((stats.submitted, stats.recovered, stats.queued, stats.on_disk), (0, 500, 0, 0));
    assert_eq!(sorted(delivered_names(&server)), names(250));
    wait_until("the folder is empty", || files(folder.path()).is_empty());
}

#[test]
fn an_outage_fills_the_disk_and_not_the_memory() {
    let (server, folder) = (Server::start(), Scratch::new());
    // a server that answers probes would have a request quarantined, if this takes long
    server.set_down(Some(Answer::Status(503)));
    // less than a tenth of what follows
    let settings = spooled(&server, &folder).batch_delay(Duration::from_millis(20));
    let exporter = exporter(settings.max_queue_bytes(1 << 20).backpressure(false));
    for n in 0..300 {
        let text: String = (0..50_000).map(|_| fastrand::alphanumeric()).collect();
        let name = format!("r{n}");
        RunTree::builder(name).inputs(json!({"t": text})).sink(exporter.clone()).build().post();
        // half of the queue is kept for the ends of open runs, and the next start is 50 KB
        wait_until("there is room in memory", || exporter.stats().queued_bytes < 1 << 18);
    }
    assert_eq!(exporter.stats().dropped.total(), 0);
    wait_until("all is on disk", || exporter.stats().on_disk == 300);
    server.set_down(None);
    let report = exporter.flush(LONG);
    assert!(report.is_lossless(), "{report}");
    assert_eq!(sorted(delivered_names(&server)), names(300));
}

#[test]
fn a_rejected_key_drops_nothing() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(401));
    let exporter = exporter(spooled(&server, &folder).api_key(KEY));
    run(&exporter, "r0");
    for _ in 0..5 {
        // a flush causes a try
        let report = exporter.flush(Duration::from_millis(100));
        assert_eq!((report.remaining, report.on_disk, report.dropped.total()), (2, 2, 0), "{report}");
    }
    server.rule(|_| Answer::Status(202));
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(delivered_names(&server), ["r0"]);
}

#[test]
fn redirects_and_missing_endpoints_drop_nothing() {
    for status in [302, 404, 405, 402] {
        let (server, folder) = (Server::start(), Scratch::new());
        server.rule(move |_| Answer::With(status, "Location: /login\r\n".to_owned()));
        let exporter = exporter(spooled(&server, &folder));
        let run = RunTree::builder("r0").sink(exporter.clone()).build();
        run.add_attachment("file", Attachment::new("text/plain", b"content".to_vec()));
        run.post().end().patch();
        for _ in 0..3 {
            let report = exporter.flush(Duration::from_millis(150));
            assert_eq!((report.on_disk, report.dropped.total()), (2, 0), "{status}: {report}");
        }
        server.rule(|_| Answer::Status(202));
        assert!(exporter.flush(LONG).is_lossless(), "{status}");
        // the multipart endpoint was looked for again
        let (request, _) = server.answered().pop().unwrap();
        assert_eq!(request.path, "/runs/multipart", "{status}");
    }
}

#[test]
fn runs_that_expire_while_they_are_retried_are_dropped_and_counted() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(500));
    let spool = Spool::new(folder.path()).max_age(Duration::from_secs(1));
    let exporter = exporter(config(&server.url()).spool(spool));
    run(&exporter, "r");
    let report = exporter.flush(LONG);
    assert_eq!((report.dropped.expired, report.delivered, report.remaining), (2, 0, 0), "{report}");
}

#[test]
fn a_batch_that_is_larger_than_the_spool_is_sent_from_memory() {
    let (server, folder) = (Server::start(), Scratch::new());
    let exporter = exporter(config(&server.url()).spool(Spool::new(folder.path()).max_bytes(10_000)));
    let large = || -> Vec<u8> { (0..100_000).map(|_| fastrand::u8(..)).collect() };
    for n in 0..5 {
        let run = RunTree::builder(format!("r{n}")).sink(exporter.clone()).build();
        run.add_attachment("file", Attachment::new("image/png", large()));
        run.post().end().patch();
        std::thread::sleep(Duration::from_millis(30));
    }
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(sorted(delivered_names(&server)), names(5));
}

#[test]
fn a_rejected_run_is_isolated_on_disk_too() {
    for status in [400, 413, 422] {
        let (server, folder) = (Server::start(), Scratch::new());
        let bad = |body: &[u8]| body.windows(3).any(|window| window == b"BAD");
        server.rule(move |request| Answer::Status(if bad(&request.body) { status } else { 202 }));
        let exporter = exporter(spooled(&server, &folder));
        for n in 0..20 {
            run(&exporter, &if n == 7 { "BAD".to_owned() } else { format!("r{n}") });
        }
        let report = exporter.flush(LONG);
        assert_eq!((report.dropped.total(), report.delivered), (2, 38), "{status}: {report}");
        assert_eq!(sorted(delivered_names(&server)).len(), 19);
        wait_until("the folder is empty", || files(folder.path()).is_empty());
    }
}

#[test]
fn servers_get_the_format_and_size_that_they_accept() {
    // no zstd for the first two, no multipart for the last two; the last does not say so beforehand
    let infos = [
        r#"{"batch_ingest_config":{"size_limit_bytes":3000}}"#,
        r#"{"batch_ingest_config":{"use_multipart_endpoint":false}}"#,
        r#"{"instance_flags":{"zstd_compression_enabled":true}}"#,
    ];
    for (which, info) in infos.into_iter().enumerate() {
        let (server, folder) = (Server::start(), Scratch::new());
        server.rule(|_| Answer::Status(503));
        let first = exporter(spooled(&server, &folder));
        for n in 0..40 {
            run(&first, &format!("r{n}"));
        }
        assert_eq!(first.shutdown(Duration::from_millis(300)).left_on_disk, 80);

        let before = server.requests().len();
        server.set_info(info);
        let no_multipart = which == 2;
        server.rule(move |request| {
            Answer::Status(if no_multipart && request.path == "/runs/multipart" { 404 } else { 202 })
        });
        let second = exporter(spooled(&server, &folder));
        second.start();
        wait_until("all is delivered", || second.stats().delivered == 80);
        let taken: Vec<_> =
            server.answered().into_iter().skip(before).filter(|(_, status)| *status == 202).collect();
        assert!(taken.iter().all(|(request, _)| request.header("content-encoding").is_none()));
        assert!(which != 0 || taken.iter().all(|(request, _)| request.body.len() <= 3000));
        let runs: usize = taken
            .iter()
            .map(|(request, _)| match which {
                0 => crate::support::mains(request).len(),
                _ => {
                    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
                    assert_eq!(body["post"][0]["inputs"], json!({"q": body["post"][0]["name"]}));
                    body["post"].as_array().unwrap().len()
                }
            })
            .sum();
        assert_eq!(runs, 40);
    }
}

#[test]
fn with_a_full_spool_runs_wait_in_memory_and_a_full_memory_drops_whole_runs() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let warnings = Warnings::default();
    let settings = config(&server.url())
        .spool(Spool::new(folder.path()).max_bytes(200_000))
        .max_queue_bytes(300_000)
        .on_warning(warnings.handler());
    let exporter = exporter(settings);
    for n in 0..400 {
        let text: String = (0..4000).map(|_| fastrand::alphanumeric()).collect();
        let run = RunTree::builder(format!("r{n}")).inputs(json!({"t": text})).sink(exporter.clone()).build();
        run.post().end().patch();
        if n % 20 == 0 {
            std::thread::sleep(Duration::from_millis(30));
        }
    }
    wait_until("the warning", || warnings.lines().iter().any(|line| line.contains("the spool is full")));
    let stats = exporter.stats();
    assert!(stats.dropped.queue_full > 0 && stats.on_disk > 0, "{stats:?}");
    let on_disk: u64 = files(folder.path()).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(on_disk <= 200_000, "{on_disk}");
    server.rule(|_| Answer::Status(202));
    let report = exporter.flush(LONG);
    assert_eq!(report.remaining, 0);
    let stats = exporter.stats();
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total());
    assert_eq!(stats.dropped.total(), stats.dropped.queue_full);
}

#[test]
fn expired_runs_are_dropped_and_counted() {
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let first = exporter(spooled(&server, &folder));
    run(&first, "old");
    assert_eq!(first.shutdown(Duration::from_millis(200)).left_on_disk, 2);
    // ages are whole seconds
    std::thread::sleep(Duration::from_millis(2100));
    server.rule(|_| Answer::Status(202));
    let spool = Spool::new(folder.path()).max_age(Duration::from_secs(1));
    let second = exporter(config(&server.url()).spool(spool));
    run(&second, "new");
    let report = second.flush(LONG);
    assert_eq!((report.dropped.expired, report.delivered), (2, 2), "{report}");
    assert_eq!(delivered_names(&server), ["new"]);
}

#[test]
#[cfg(unix)]
fn files_are_private_and_hold_neither_key_nor_address() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (Server::start(), Scratch::new());
    server.rule(|_| Answer::Status(503));
    let exporter = exporter(spooled(&server, &folder).api_key(KEY).workspace_id("workspace-1"));
    run(&exporter, "r");
    assert_eq!(exporter.shutdown(Duration::from_millis(200)).left_on_disk, 2);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&folder.only_folder()), 0o700);
    let inside = folder.only_folder().join("0000");
    assert_eq!(mode(&inside), 0o700);
    let mut seen = 0;
    for entry in fs::read_dir(inside).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
        let bytes = fs::read(&path).unwrap();
        for secret in [KEY, "workspace-1", server.url().trim_start_matches("http://")] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{path:?}");
        }
        seen += usize::from(!bytes.is_empty());
    }
    assert!(seen > 0);
}

#[test]
fn a_folder_that_cannot_be_used_is_reported_and_memory_is_used_instead() {
    let (server, folder) = (Server::start(), Scratch::new());
    fs::create_dir_all(folder.path()).unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let warnings = Warnings::default();
    let exporter = exporter(config(&server.url()).spool(Spool::new(&file)).on_warning(warnings.handler()));
    run(&exporter, "r");
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(delivered_names(&server), ["r"]);
    let lines = warnings.lines();
    assert!(lines[0].contains("cannot be used") && lines[0].contains("file"), "{lines:?}");
}
