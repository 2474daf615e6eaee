//! Programs that make runs faster than they can be sent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::faulty::{Fault, Faulty};
use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, exporter, mains, parts_of, run};
use serde_json::{Value, json};
use traceable_core::{Attachment, RunTree, TracingContext, trace};
use traceable_exporter::Exporter;

/// Puts more into the queue, from two threads, than one batch can hold.
fn many_runs(exporter: &Arc<Exporter>, each: usize) {
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
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
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

/// What a server has stored of a run.
#[derive(Default)]
struct Stored {
    starts: usize,
    ends: usize,
    outputs: Value,
    trimmed: Value,
}

fn stored(server: &Server) -> HashMap<String, Stored> {
    let mut runs: HashMap<String, Stored> = HashMap::new();
    for (request, _) in server.answered().into_iter().filter(|(_, status)| *status == 202) {
        for part in parts_of(&request) {
            let mut name = part.name.split('.');
            let (kind, id, field) = (name.next().unwrap(), name.next().unwrap(), name.next());
            let run = runs.entry(id.to_owned()).or_default();
            match (kind, field) {
                ("post" | "patch", None) => {
                    run.starts += usize::from(kind == "post");
                    run.ends += usize::from(part.json()["end_time"].is_string());
                }
                (_, Some("outputs")) if part.json() != json!({}) => run.outputs = part.json(),
                ("post" | "patch", Some("extra")) => run.trimmed = part.json()["metadata"]["trimmed"].clone(),
                _ => {}
            }
        }
    }
    runs
}

/// Calls a function with so many bytes of inputs and outputs, inside of which `inner` happens.
fn call(inputs: usize, outputs: usize, inner: impl FnOnce()) {
    trace("r").inputs(json!({"q": "x".repeat(inputs)})).scope(|run| {
        inner();
        run.add_outputs(json!({"a": "x".repeat(outputs)}));
    });
}

/// So many calls, each inside the one before.
fn nested(depth: usize, inputs: usize, outputs: usize) {
    if depth > 0 {
        call(inputs, outputs, || nested(depth - 1, inputs, outputs));
    }
}

#[test]
fn after_an_outage_with_a_full_queue_no_run_lacks_its_end() {
    for depth in [1, 20, 150] {
        let server = Server::start();
        server.set_down(Some(Answer::Status(503)));
        let exporter = exporter(config(&server.url()).max_queue_bytes(8 << 20));
        TracingContext::new().sink(exporter.clone()).scope(|| {
            (0..300 / depth).for_each(|_| nested(depth, 20_000, 40_000));
            // one that began before there was room again, and ends after it
            call(10, 10, || {
                server.set_down(None);
                assert!(exporter.flush(LONG).is_complete());
            });
        });
        let report = exporter.flush(LONG);
        let stats = exporter.stats();
        assert_eq!(stats.submitted, stats.delivered + stats.dropped.queue_full, "{report}");
        assert!(stats.dropped.queue_full > 0 && stats.dropped.queue_full.is_multiple_of(2), "{report}");
        let runs = stored(&server);
        assert_eq!(runs.len() as u64 * 2, stats.delivered);
        let mut without_outputs = 0;
        for (id, run) in &runs {
            assert_eq!((run.starts, run.ends), (1, 1), "{id}");
            let is_trimmed = run.trimmed == json!(["outputs"]);
            assert!(is_trimmed || run.trimmed.is_null(), "{}", run.trimmed);
            assert_eq!(run.outputs == json!({"outputs": "[not sent: the queue was full]"}), is_trimmed);
            without_outputs += u64::from(is_trimmed);
        }
        assert_eq!((stats.trimmed, report.trimmed), (without_outputs, without_outputs));
        // those that are inside each other end when the queue is full
        assert!(without_outputs > 0 || depth < 150, "{without_outputs} of {} trimmed", runs.len());
    }
}

/// What comes of an open run has its place although nothing is free: attachments go first, then outputs.
#[test]
fn whatever_follows_an_accepted_start_is_accepted() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = exporter(config(&server.url()).max_queue_bytes(1 << 20));
    let open: Vec<RunTree> = (0..40)
        .map(|_| {
            let run = RunTree::builder("open").sink(exporter.clone()).build();
            run.post();
            run
        })
        .collect();
    // the batch with the starts is on its way, so that what follows finds no entry of its run
    let _ = exporter.flush(Duration::from_millis(300));
    TracingContext::new().sink(exporter.clone()).scope(|| (0..30).for_each(|_| call(50_000, 0, || ())));
    for run in &open {
        run.add_event("late").add_attachment("file", Attachment::new("text/plain", vec![b'x'; 100_000]));
        run.end_with(json!({"a": "x".repeat(200_000)})).patch();
        // again and again: that takes no more room
        (0..50).for_each(|_| drop(run.add_event("later").patch().clone()));
    }
    let stats = exporter.stats();
    assert!(stats.queued_bytes < (1 << 20) + 40 * 2000, "{stats:?}");
    server.set_down(None);
    let report = exporter.flush(LONG);
    let runs = stored(&server);
    let open: Vec<_> = open.iter().map(|run| &runs[&run.id().unwrap().to_string()]).collect();
    assert!(open.iter().all(|run| run.starts == 1 && run.ends > 0));
    let trimmed: Vec<_> =
        open.iter().filter(|run| run.trimmed == json!(["attachments", "outputs"])).collect();
    assert!(trimmed.len() > 30 && report.trimmed == 40, "{} {report}", trimmed.len());
}

/// However many there are: an end alone would be a run without inputs.
#[test]
fn the_ends_of_dropped_starts_are_dropped_however_late_they_come() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = exporter(config(&server.url()).max_queue_bytes(200_000));
    let runs: Vec<RunTree> =
        (0..20_000).map(|_| RunTree::builder("r").sink(exporter.clone()).build()).collect();
    runs.iter().for_each(|run| drop(run.post().clone()));
    server.set_down(None);
    assert!(exporter.flush(LONG).is_complete());
    let before = exporter.stats();
    assert!(before.dropped.queue_full > 17_000, "{before:?}");
    // twice: a run may be submitted again
    for _ in 0..2 {
        runs.iter().for_each(|run| drop(run.end().patch().clone()));
        assert!(exporter.flush(LONG).is_complete());
    }
    let stats = exporter.stats();
    assert_eq!(stats.dropped.queue_full, 3 * before.dropped.queue_full);
    assert!(stored(&server).values().all(|run| run.starts == 1 && run.ends > 0));
}

/// What begins while a shutdown waits is refused, and so is its end: only the ends of runs that began before are awaited.
#[test]
fn while_a_shutdown_waits_no_end_comes_without_its_start() {
    let server = Server::start();
    server.set_down(Some(Answer::Status(503)));
    let exporter = exporter(config(&server.url()));
    let before = RunTree::builder("before").sink(exporter.clone()).build();
    before.post();
    std::thread::scope(|scope| {
        scope.spawn(|| exporter.shutdown(LONG));
        let run = || drop(RunTree::builder("r").sink(exporter.clone()).build().post().end().patch().clone());
        while exporter.stats().dropped.shutdown == 0 {
            run();
        }
        run();
        before.end().patch();
        server.set_down(None);
    });
    let stats = exporter.stats();
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.shutdown);
    assert_eq!(stats.dropped.shutdown, 4, "starts and ends");
    let runs = stored(&server);
    assert!(runs.values().all(|run| (run.starts, run.ends) == (1, 1)), "{stats:?}");
    assert!(runs.contains_key(&before.id().unwrap().to_string()));
}

/// So many bytes, which take no time to make.
fn file(bytes: usize) -> Attachment {
    Attachment::new("application/octet-stream", vec![0; bytes])
}

#[test]
fn large_runs_arrive_at_a_server_that_keeps_up() {
    for (runs, at_start, at_end) in [(200, 200_000, 400_000), (60, 2_000_000, 10), (40, 1_000_000, 2_000_000)]
    {
        let server = Faulty::start(vec![], Fault::Status(202, String::new()));
        let exporter = exporter(config(&server.url()).max_queue_bytes(16 << 20));
        TracingContext::new().sink(exporter.clone()).scope(|| {
            for _ in 0..runs {
                trace("r")
                    .attachment("in", file(at_start))
                    .scope(|run| drop(run.add_attachment("out", file(at_end)).clone()));
            }
        });
        assert!(exporter.flush(LONG).is_complete());
        let stats = exporter.stats();
        // a machine that is busy may stop a thread for longer than producers wait
        assert!(stats.dropped.total() + stats.trimmed <= runs / 10, "{stats:?}");
    }
}
