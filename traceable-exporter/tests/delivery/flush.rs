//! Batches, flushing, shutting down, and the books.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::support::scratch::Scratch;
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, delivered_names, exporter, exporter_for, mains, parts_of, run};
use proptest::prelude::*;
use serde_json::json;
use traceable_core::{RunSink, RunTree};
use traceable_exporter::{Exporter, FlushReport, Spool};

#[test]
fn start_and_end_of_a_run_merge_while_both_wait() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(300)));
    let run = RunTree::builder("r").inputs(json!({"a": 1})).tags(["t"]).sink(exporter.clone()).build();
    run.post();
    run.add_tags(["u"]).add_metadata("m", 2).add_event("e").set_outputs(json!({"b": 2})).end().patch();
    assert!(exporter.flush(LONG).is_lossless());
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let parts = parts_of(&requests[0]);
    assert_eq!(parts.len(), 5);
    let main = parts[0].json();
    assert!(parts[0].name.starts_with("post.") && main["end_time"].is_string());
    assert_eq!(main["tags"], json!(["t", "u"]));
    assert_eq!((parts[1].json(), parts[2].json()), (json!({"a": 1}), json!({"b": 2})));
    assert_eq!(parts[3].json()[0]["message"], "e");
    assert_eq!(parts[4].json()["metadata"]["m"], 2);
    assert_eq!(exporter.stats().delivered, 2);
}

/// Leaves 50 runs in a spool there.
fn leave_behind(server: &Server, folder: &Scratch) {
    server.set_down(Some(Answer::Status(503)));
    let former = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    (0..50).for_each(|n| drop(run(&former, &format!("r{n}"))));
    while former.flush(Duration::from_millis(20)).on_disk < 100 {}
    assert_eq!(former.shutdown(Duration::ZERO).left_on_disk, 100);
    drop(former);
    folder.wait_until_unused();
}

#[test]
fn a_flush_waits_for_what_a_former_process_left() {
    // nothing was submitted, and nobody has started the exporter
    let ways: [fn(&Arc<Exporter>) -> FlushReport; 3] = [
        |exporter| exporter.flush(LONG),
        |exporter| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(exporter.flush_async(LONG))
        },
        |exporter| exporter.shutdown(LONG),
    ];
    for flush in ways {
        let (server, folder) = (Server::start(), Scratch::new());
        leave_behind(&server, &folder);
        server.set_down(None);
        server.rule(|_| {
            std::thread::sleep(Duration::from_millis(200));
            Answer::Status(202)
        });
        let exporter = exporter(config(&server.url()).spool(Spool::new(folder.path())));
        let report = flush(&exporter);
        assert_eq!((report.delivered, report.is_lossless()), (100, true), "{report}");
        assert_eq!(delivered_names(&server).len(), 50);
        // and there is nothing to wait for any more
        assert!(exporter.flush(Duration::ZERO).is_complete());
    }
}

#[test]
fn a_flush_reports_what_a_former_process_left_and_nobody_takes() {
    let (server, folder) = (Server::start(), Scratch::new());
    leave_behind(&server, &folder);
    let exporter = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    let (mut report, begun) = (exporter.flush(Duration::from_millis(1)), Instant::now());
    assert!(!report.is_complete() && !RunSink::flush(&*exporter, Duration::ZERO), "{report}");
    while report.is_recovering {
        assert!(begun.elapsed() < LONG);
        report = exporter.flush(Duration::from_millis(10));
    }
    assert_eq!((report.remaining, report.on_disk, report.is_complete()), (100, 100, false), "{report}");
    run(&exporter, "own");
    assert_eq!(exporter.flush(Duration::from_millis(10)).remaining, 102);
    server.set_down(None);
    server.rule(|request| Answer::Status(if mains(request).len() > 1 { 400 } else { 202 }));
    let report = exporter.flush(LONG);
    assert_eq!((report.remaining, report.delivered + report.dropped.rejected), (0, 102), "{report}");
}

#[test]
fn batches_hold_what_the_server_says() {
    for (info, limit) in [("{}", 100), (r#"{"batch_ingest_config":{"size_limit":7}}"#, 7)] {
        let server = Server::start();
        server.set_info(info);
        let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(100)));
        for i in 0..250 {
            run(&exporter, &format!("r{i}"));
        }
        assert!(exporter.flush(LONG).is_lossless());
        let sizes: Vec<_> = server.requests().iter().map(|r| mains(r).len()).collect();
        assert!(sizes.iter().all(|n| *n <= limit) && sizes.contains(&limit), "{sizes:?}");
        assert!(delivered_names(&server).len() >= 250);
    }
    let server = Server::start();
    let exporter = exporter(config(&server.url()).batch_operations(3));
    (0..30).for_each(|_| drop(run(&exporter, "r")));
    assert!(exporter.flush(LONG).is_lossless());
    assert!(server.requests().iter().all(|r| mains(r).len() <= 3));
}

#[test]
fn bodies_never_exceed_the_limit() {
    for (multipart, limit) in [(true, 9_000), (false, 9_000), (true, 3_000)] {
        let server = Server::start();
        server.set_info(&format!(
            r#"{{"batch_ingest_config":{{"use_multipart_endpoint":{multipart},"size_limit_bytes":{limit}}},
                "instance_flags":{{"zstd_compression_enabled":true}}}}"#
        ));
        let exporter = exporter_for(&server);
        for i in 0..60 {
            let text = "x".repeat(i * 40);
            RunTree::builder("r").inputs(json!({"t": text})).sink(exporter.clone()).build().post();
        }
        RunTree::builder("giant")
            .inputs(json!({"t": "x".repeat(limit)}))
            .sink(exporter.clone())
            .build()
            .post();
        assert!(exporter.flush(LONG).is_lossless());
        let trimmed = exporter.stats().trimmed;
        assert!(trimmed >= 1 && (limit < 9_000 || trimmed == 1), "{trimmed}");
        let largest = server.requests().iter().map(|r| r.body.len()).max().unwrap();
        assert!(largest <= limit && largest > limit / 2, "{largest} of {limit}");
    }
}

#[test]
fn a_run_alone_waits_no_longer_than_the_delay() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(50)));
    run(&exporter, "r");
    let begun = Instant::now();
    while exporter.stats().delivered < 2 {
        assert!(begun.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(exporter.stats().queued_bytes, 0);
}

#[test]
fn flushing_nothing_takes_no_time_and_connects_to_nothing() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    assert!(exporter.flush(Duration::ZERO).is_lossless());
    assert!(exporter.shutdown(LONG).is_lossless());
    assert!(server.all_requests().is_empty());
    run(&exporter, "late");
    assert_eq!(exporter.stats().dropped.shutdown, 2);
}

#[test]
fn many_threads_may_submit_and_flush_at_once() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..50 {
                    run(&exporter, "r");
                    assert!(RunSink::flush(&*exporter, LONG));
                }
            });
        }
    });
    let stats = exporter.stats();
    assert_eq!((stats.submitted, stats.delivered, stats.queued), (800, 800, 0));
}

#[test]
fn a_flush_waits_only_for_what_was_there_before() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    let stop = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let (own, stop) = (exporter.clone(), stop.clone());
        let flag = stop.clone();
        scope.spawn(move || {
            while flag.load(Relaxed) == 0 {
                run(&own, "endless");
                std::thread::sleep(Duration::from_micros(200));
            }
        });
        for _ in 0..20 {
            assert!(exporter.flush(Duration::from_secs(10)).is_complete());
        }
        stop.store(1, Relaxed);
    });
}

#[test]
fn a_warning_handler_may_flush_and_panic() {
    let server = Server::start();
    server.script([Answer::Status(400), Answer::Status(500)]);
    let own: Arc<std::sync::Mutex<Option<Arc<Exporter>>>> = Arc::default();
    let seen = own.clone();
    let on_warning = move |_: &str| {
        if let Some(exporter) = &*seen.lock().unwrap() {
            let _ = exporter.flush(LONG);
        }
        panic!("a reporter of the user's");
    };
    let exporter = exporter(config(&server.url()).on_warning(on_warning));
    *own.lock().unwrap() = Some(exporter.clone());
    let begun = Instant::now();
    for _ in 0..3 {
        run(&exporter, "r");
        assert!(exporter.flush(LONG).is_complete());
    }
    assert!(begun.elapsed() < LONG / 2, "the exporter's thread waited for itself");
    assert_eq!(exporter.stats().delivered, 4);
    *own.lock().unwrap() = None;
}

#[test]
fn shutting_down_does_not_wait_for_a_pause_between_tries() {
    let server = Server::start();
    server.rule(|_| Answer::With(429, "Retry-After: 60\r\n".into()));
    let exporter = exporter_for(&server);
    run(&exporter, "r");
    std::thread::sleep(Duration::from_millis(200));
    let begun = Instant::now();
    let report = exporter.shutdown(Duration::from_millis(200));
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((report.dropped.shutdown, report.remaining), (2, 0));
    assert_eq!(exporter.stats().queued, 0);
}

#[test]
fn a_dropped_exporter_still_sends_what_it_has() {
    let server = Server::start();
    let exporter = exporter(config(&server.url()).batch_delay(Duration::from_millis(200)));
    drop(run(&exporter, "r"));
    drop(exporter);
    let begun = Instant::now();
    while server.requests().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What the server does with a request, and whether its runs count as delivered.
fn answers() -> impl Strategy<Value = Vec<Answer>> {
    let answer = prop_oneof![
        4 => Just(Answer::Status(202)),
        1 => Just(Answer::Status(409)),
        1 => Just(Answer::Status(400)),
        1 => Just(Answer::Status(413)),
        1 => Just(Answer::Status(422)),
        1 => Just(Answer::Status(403)),
        1 => Just(Answer::Status(405)),
        1 => Just(Answer::Status(302)),
        1 => Just(Answer::Status(500)),
        1 => Just(Answer::Status(429)),
        1 => Just(Answer::Reset),
    ];
    prop::collection::vec(answer, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_operation_is_delivered_or_dropped_or_waits(
        script in answers(),
        bursts in prop::collection::vec((1usize..40, any::<bool>()), 1..6),
        max_queue_bytes in prop_oneof![Just(20_000usize), Just(10_000_000)],
    ) {
        let server = Server::start();
        server.script(script);
        let exporter = exporter(
            config(&server.url())
                .max_queue_bytes(max_queue_bytes)
                .batch_operations(10)
                .retry_timeout(Duration::from_millis(700)),
        );
        for (runs, flush) in bursts {
            (0..runs).for_each(|_| drop(run(&exporter, "r")));
            if flush {
                let _ = exporter.flush(Duration::from_millis(30));
            }
            let stats = exporter.stats();
            prop_assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
            prop_assert!(stats.queued_bytes <= max_queue_bytes);
        }
        let report = exporter.flush(LONG);
        let stats = exporter.stats();
        prop_assert_eq!((report.remaining, stats.queued, stats.queued_bytes), (0, 0, 0));
        prop_assert_eq!(stats.submitted, stats.delivered + stats.dropped.total());
        // a start and an end that were merged count as two and arrive as one, with an end time
        let arrived: u64 = server
            .answered()
            .iter()
            .filter(|(_, status)| matches!(status, 202 | 409))
            .flat_map(|(request, _)| mains(request))
            .map(|(part, main)| if part.starts_with("post.") && main["end_time"].is_string() { 2 } else { 1 })
            .sum();
        prop_assert_eq!(arrived, stats.delivered);
        prop_assert_eq!(stats.worker_restarts, 0);
    }
}
