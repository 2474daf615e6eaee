//! Servers that are unwell, and what becomes of the runs.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::support::server::{Answer, Server};
use crate::support::{LONG, Warnings, config, delivered_names, exporter, exporter_for, mains, run};
use serde_json::json;
use traceable_core::RunTree;

const KEY: &str = "lsv2_pt_0123456789abcdef";

#[test]
fn five_hundreds_and_resets_are_tried_again_with_the_same_bytes() {
    let server = Server::start();
    let script = [Answer::Status(500), Answer::Status(503), Answer::Reset, Answer::Status(408)];
    server.script(script);
    let exporter = exporter_for(&server);
    run(&exporter, "a");
    assert!(exporter.flush(LONG).is_lossless());
    let requests = server.requests();
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().all(|r| r.raw == requests[0].raw));
    let stats = exporter.stats();
    // a kept connection that was closed is no failure of its own
    assert_eq!((stats.requests, stats.failed_requests, stats.delivered), (4, 3, 2));
}

#[test]
fn a_key_that_the_server_repeats_is_not_printed() {
    let server = Server::start();
    let echo = format!("bad key {KEY} in {{\"Authorization\": \"Bearer {KEY}\", \"x-api-key\": \"{KEY}\"}}");
    server.script([Answer::Text(403, echo)]);
    let warnings = Warnings::default();
    let exporter =
        exporter(config(&server.url()).api_key(KEY).workspace_id("w1").on_warning(warnings.handler()));
    run(&exporter, "a");
    assert_eq!(exporter.flush(LONG).dropped.unauthorized, 2);
    assert_eq!(server.requests()[0].header("x-tenant-id"), Some("w1"));
    let lines = warnings.lines().join("\n");
    assert!(lines.contains("[api key]") && !lines.contains(KEY), "{lines}");
}

#[test]
fn a_refused_key_stops_the_traffic_but_not_the_counting() {
    let server = Server::start();
    server.rule(|_| Answer::Status(401));
    let warnings = Warnings::default();
    let exporter = exporter(config(&server.url()).api_key(KEY).on_warning(warnings.handler()));
    for _ in 0..10 {
        run(&exporter, "a");
        assert!(exporter.flush(LONG).is_complete());
    }
    assert_eq!(server.requests().len(), 3);
    assert_eq!(exporter.stats().dropped.unauthorized, 20);
    assert_eq!(warnings.lines().len(), 1, "told once");
}

#[test]
fn too_large_a_request_is_split() {
    let server = Server::start();
    server
        .rule(|request| if request.body.len() > 60_000 { Answer::Status(413) } else { Answer::Status(202) });
    let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(200)));
    for i in 0..20 {
        let size = if i == 7 { 100_000 } else { 10_000 };
        RunTree::builder(format!("r{i}"))
            .inputs(json!({"t": "x".repeat(size)}))
            .sink(exporter.clone())
            .build()
            .post();
    }
    let report = exporter.flush(LONG);
    assert!(report.is_lossless());
    assert_eq!(exporter.stats().trimmed, 1, "r7 went without its inputs");
    let mut names = delivered_names(&server);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 20);
}

#[test]
fn one_unacceptable_run_does_not_sink_the_others() {
    for status in [400, 422] {
        let server = Server::start();
        server.rule(move |request| {
            let poisoned = mains(request).iter().any(|(_, main)| main["name"] == "poison");
            if poisoned { Answer::Text(status, "\"bad run\"".into()) } else { Answer::Status(202) }
        });
        let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(200)));
        for i in 0..100 {
            run(&exporter, if i == 63 { "poison" } else { "good" });
        }
        let report = exporter.flush(LONG);
        assert_eq!((report.dropped.rejected, report.delivered, report.remaining), (2, 198, 0));
        assert_eq!(delivered_names(&server).len(), 99);
        assert!(server.requests().len() <= 15, "{}", server.requests().len());
    }
}

#[test]
fn the_search_for_unacceptable_runs_has_an_end() {
    let server = Server::start();
    server.rule(|_| Answer::Status(422));
    let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(200)));
    for _ in 0..100 {
        run(&exporter, "bad");
    }
    assert_eq!(exporter.flush(LONG).dropped.rejected, 200);
    assert!(server.requests().len() <= 34, "{}", server.requests().len());
}

#[test]
fn a_server_without_the_multipart_endpoint_gets_batches() {
    let server = Server::start();
    server.rule(|request| Answer::Status(if request.path == "/runs/multipart" { 404 } else { 202 }));
    let exporter = exporter_for(&server);
    for _ in 0..3 {
        run(&exporter, "a");
        assert!(exporter.flush(LONG).is_lossless());
    }
    let paths: Vec<_> = server.requests().into_iter().map(|r| r.path).collect();
    assert_eq!(paths, ["/runs/multipart", "/runs/batch", "/runs/batch", "/runs/batch"]);
}

#[test]
fn a_dead_server_costs_the_program_nothing_but_the_runs() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let limit = 200_000;
    let warnings = Warnings::default();
    let config =
        config(&format!("http://127.0.0.1:{port}")).max_queue_bytes(limit).on_warning(warnings.handler());
    let exporter = exporter(config);
    let mut slowest = Duration::ZERO;
    for _ in 0..2000 {
        let begun = Instant::now();
        run(&exporter, "a");
        slowest = slowest.max(begun.elapsed());
        assert!(exporter.stats().queued_bytes <= limit);
    }
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let report = exporter.flush(Duration::from_millis(100));
    let stats = exporter.stats();
    assert!(!report.is_complete() && report.elapsed < Duration::from_secs(2));
    assert_eq!(stats.submitted, 4000);
    assert!(report.dropped.queue_full > 3000);
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
    let begun = Instant::now();
    let report = exporter.shutdown(Duration::from_millis(100));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((report.remaining, report.dropped.total()), (0, 4000));
    let lines = warnings.lines();
    assert!(
        lines.iter().any(|l| l.contains("retrying")) && lines.iter().any(|l| l.contains("queue")),
        "{lines:?}"
    );
    assert!(lines.len() < 5, "{lines:?}");
}

#[test]
fn a_full_queue_drops_whole_runs() {
    let server = Server::start();
    server.script([Answer::Stall(Duration::from_millis(700))]);
    let exporter =
        exporter(config(&server.url()).batch_delay(Duration::from_millis(20)).max_queue_bytes(40_000));
    run(&exporter, "first");
    std::thread::sleep(Duration::from_millis(200));
    let runs: Vec<_> = (0..200)
        .map(|i| {
            let run = RunTree::builder(format!("r{i}")).sink(exporter.clone()).build();
            run.post();
            run
        })
        .collect();
    for run in runs {
        run.end().patch();
    }
    assert!(exporter.flush(LONG).is_complete());
    let stats = exporter.stats();
    assert!(stats.dropped.queue_full > 200 && stats.delivered > 20, "{stats:?}");
    let all: Vec<_> = server.requests().iter().flat_map(mains).collect();
    assert!(all.iter().all(|(part, _)| part.starts_with("post.")), "no end without its start");
    assert!(all.iter().all(|(_, main)| main["end_time"].is_string()), "no start without its end");
}

#[test]
fn a_server_that_was_down_at_first_is_asked_what_it_takes_later() {
    // the question fails once, runs go out plain, and nothing is lost
    let server = Server::without_info();
    server.script([Answer::Status(503)]);
    let exporter = exporter_for(&server);
    run(&exporter, "a");
    assert!(exporter.flush(LONG).is_lossless());
    assert!(server.requests().iter().all(|r| r.header("content-encoding").is_none()));
}
