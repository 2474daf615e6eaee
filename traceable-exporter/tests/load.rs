//! Programs that make runs faster than they can be sent.

mod support;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::json;
use support::server::{Answer, Server};
use support::{LONG, config, exporter, mains, run};
use traceable_core::RunTree;

/// Puts more into the queue, from two threads, than one batch can hold.
fn many_runs(exporter: &std::sync::Arc<traceable_exporter::Exporter>, each: usize) {
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..each).for_each(|_| drop(run(exporter, "r"))));
        }
    });
}

#[test]
fn starts_arrive_before_their_ends_whatever_thread_sends_them() {
    let server = Server::start();
    // some answers are late, and some do not come
    let script = (0..60).map(|n| match n % 10 {
        3 => Answer::Stall(Duration::from_millis(30)),
        7 => Answer::Status(503),
        _ => Answer::Status(202),
    });
    server.script(script);
    let exporter = exporter(config(&server.url()).batch_operations(7));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let runs: Vec<_> = (0..150)
                    .map(|_| {
                        let run = RunTree::builder("r").sink(exporter.clone()).build();
                        run.post();
                        run
                    })
                    .collect();
                for run in runs {
                    run.end().patch();
                }
            });
        }
    });
    assert!(exporter.flush(LONG).is_lossless());
    let mut begun = HashSet::new();
    let mut ended = HashSet::new();
    let taken = server.answered().into_iter().filter(|(_, status)| *status == 202);
    for (part, main) in taken.flat_map(|(request, _)| mains(&request)) {
        let id = main["id"].as_str().unwrap().to_owned();
        match part.starts_with("post.") {
            true => assert!(begun.insert(id.clone()), "told twice"),
            false => assert!(begun.contains(&id), "an end before its start"),
        }
        if main["end_time"].is_string() {
            assert!(ended.insert(id), "ended twice");
        }
    }
    assert_eq!((begun.len(), ended.len()), (600, 600));
    assert_eq!(exporter.stats().worker_restarts, 0);
}

#[test]
fn while_batches_go_out_quickly_threads_make_room() {
    let server = Server::start();
    // a fraction of what comes
    let exporter = exporter(config(&server.url()).max_queue_bytes(1 << 20));
    many_runs(&exporter, 10_000);
    let report = exporter.flush(LONG);
    let stats = exporter.stats();
    // a loaded machine may take longer than threads wait
    assert!(stats.dropped.total() < stats.submitted / 2, "{report}");
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total());
    assert_eq!((stats.submitted, report.remaining, stats.queued_bytes), (40_000, 0, 0));
}

#[test]
fn nobody_waits_for_a_slow_server() {
    let server = Server::start();
    server.rule(|_| {
        std::thread::sleep(Duration::from_millis(200));
        Answer::Status(202)
    });
    let exporter = exporter(config(&server.url()).max_queue_bytes(1 << 20));
    let begun = Instant::now();
    many_runs(&exporter, 10_000);
    // at the server's pace it would be twenty seconds
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(exporter.stats().dropped.queue_full > 10_000);
    let report = exporter.shutdown(Duration::from_millis(500));
    let stats = exporter.stats();
    assert_eq!(report.remaining, 0);
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total());
}

#[test]
fn a_shut_down_under_load_accounts_for_everything() {
    let server = Server::start();
    server.rule(|_| Answer::Stall(Duration::from_millis(400)));
    let exporter = exporter(config(&server.url()).batch_operations(10));
    for _ in 0..100 {
        RunTree::builder("r").inputs(json!({"n": 1})).sink(exporter.clone()).build().post();
    }
    // one batch is on its way, one is encoded, the others wait
    std::thread::sleep(Duration::from_millis(150));
    let report = exporter.shutdown(Duration::from_millis(50));
    assert_eq!((report.dropped.shutdown, report.remaining, exporter.stats().queued), (100, 0, 0));
    std::thread::sleep(Duration::from_millis(500));
    // what was encoded is not sent any more, and nothing is counted twice
    assert_eq!((server.requests().len(), exporter.stats().dropped.total()), (1, 100));
}
