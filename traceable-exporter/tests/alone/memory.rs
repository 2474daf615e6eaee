//! What is held in memory while the server says nothing, or is slow. Alone, because it counts every allocation of
//! its process.

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use crate::support::counting::{LIVE, MOST};
use crate::support::faulty::{Fault, Faulty};
use crate::support::own_process::alone;
use crate::support::{LONG, config, exporter};
use serde_json::json;
use traceable_core::{Attachment, RunTree, TracingContext, trace};

const MIB: usize = 1 << 20;
/// The bound that is the default.
const QUEUE: usize = 64 * MIB;
/// What a server takes in one request, if it says nothing else.
const BATCH: usize = 20 * MIB;
/// All that is not payload.
const REST: usize = 12 * MIB;

/// A run with a payload of its own. What says nothing or is slow takes no compressed bodies.
fn submit(exporter: &std::sync::Arc<traceable_exporter::Exporter>, n: usize, size: usize) {
    let mut bytes = vec![n as u8; size];
    bytes[..8].copy_from_slice(&n.to_ne_bytes());
    let attachment = Attachment::new("application/octet-stream", bytes);
    RunTree::builder("r").attachment("file", attachment).sink(exporter.clone()).build().post();
}

#[test]
fn a_server_that_says_nothing_fills_the_queue_and_no_more() {
    alone(|| {
        what_runs_count_is_what_they_take();

        let total: usize =
            std::env::var("TRACEABLE_MEMORY_MIB").map_or(10 << 10, |mebibytes| mebibytes.parse().unwrap());
        let server = Faulty::start(vec![], Fault::Stall(LONG));
        let exporter = exporter(config(&server.url()));
        let before = LIVE.load(Relaxed);
        MOST.store(before, Relaxed);
        (0..50).for_each(|n| submit(&exporter, n, MIB));
        // one batch is on its way, and another is encoded meanwhile
        let begun = Instant::now();
        while server.seen().is_empty() {
            assert!(begun.elapsed() < LONG);
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(500));
        let mut slowest = Duration::ZERO;
        for n in 50..total {
            let at = Instant::now();
            submit(&exporter, n, MIB);
            slowest = slowest.max(at.elapsed());
            assert!(exporter.stats().queued_bytes <= QUEUE);
        }
        let most = MOST.load(Relaxed) - before;
        let stats = exporter.stats();
        eprintln!(
            "{} MiB at most, slowest {slowest:?}, {} s, {stats:?}",
            most / MIB,
            begun.elapsed().as_secs()
        );
        assert!(most <= QUEUE + 2 * BATCH + REST, "{} MiB", most / MIB);
        assert_eq!(stats.submitted, total as u64);
        assert_eq!(stats.submitted, stats.delivered + stats.dropped.queue_full + stats.queued);
        assert!(stats.dropped.queue_full as usize > total - QUEUE / MIB - 1);
        let report = exporter.shutdown(Duration::ZERO);
        assert_eq!((report.remaining, report.dropped.total()), (0, total as u64));

        slow_server(&[(MIB, 400)]);
        // then there are more threads than large batches in hand
        slow_server(&[(8 << 10, 30_000), (MIB, 400)]);
    });
}

/// As the allocator sees it, whatever they are made of.
fn what_runs_count_is_what_they_take() {
    let server = Faulty::start(vec![], Fault::Stall(LONG));
    // all of it waits
    let settings = config(&server.url()).batch_delay(100 * LONG).batch_operations(1 << 20);
    let exporter = exporter(settings.batch_bytes(1 << 40).max_queue_bytes(1 << 40));
    submit(&exporter, 0, 8);
    std::thread::sleep(Duration::from_millis(300));
    let text = |length: usize| "x".repeat(length);
    let manual = |n: usize| RunTree::builder(format!("run {n}")).sink(exporter.clone());
    let kinds: [(&str, &dyn Fn(usize)); 9] = [
        ("small", &|_| trace("r").inputs(json!({"a": 1})).scope(|_| ())),
        ("start and end", &|_| {
            trace("r").inputs(json!({"a": text(800)})).scope(|run| drop(run.add_outputs(text(1200)).clone()))
        }),
        ("with metadata", &|n| {
            let run =
                trace("r").inputs(json!({"a": text(500)})).metadata("user", n).metadata("model", text(20));
            run.metadata("session", json!({"id": text(36), "step": n})).tag("a").scope(|_| ())
        }),
        ("with much metadata", &|n| {
            let run = (0..60).fold(trace("r"), |run, key| run.metadata(format!("key {key}"), n));
            run.scope(|_| ())
        }),
        ("under one context", &|_| trace("r").inputs(json!({"a": text(300)})).scope(|_| ())),
        ("with attachments", &|n| {
            let run =
                trace("r").attachment("a", Attachment::new(format!("text/{n}"), text(3000).into_bytes()));
            run.attachment("b", Attachment::new("text/plain", text(300).into_bytes())).scope(|_| ())
        }),
        ("with events", &|n| {
            trace("r")
                .scope(|run| (0..10).for_each(|_| drop(run.add_event(json!({"name": "e", "n": n})).clone())))
        }),
        ("failed", &|n| drop(trace("r").try_scope(|_| Err::<(), _>(format!("{n} {}", text(700)))))),
        ("made by hand", &|n| {
            let run = manual(n).inputs(json!({"a": text(100)})).tags(["a", "b"]).build();
            run.post().add_metadata("n", n).end_with(json!({"b": text(200)})).patch();
        }),
    ];
    let bare = TracingContext::new().sink(exporter.clone());
    let shared = (0..30).fold(bare.clone(), |context, key| context.metadata(format!("key {key}"), text(50)));
    for (name, make) in kinds {
        let context = if name == "under one context" { &shared } else { &bare };
        // what is made once is there
        context.clone().scope(|| make(0));
        let (live, counted) = (LIVE.load(Relaxed), exporter.stats().queued_bytes);
        context.clone().scope(|| (0..5000).for_each(make));
        let (live, counted) = (LIVE.load(Relaxed) - live, exporter.stats().queued_bytes - counted);
        let ratio = counted as f64 / live as f64;
        eprintln!("{name}: {} bytes a run, counted {}: {ratio:.2}", live / 5000, counted / 5000);
        assert!((0.75..1.25).contains(&ratio), "{name}: {counted} of {live}");
    }
    let _ = exporter.shutdown(Duration::ZERO);
}

/// Several requests at once are no reason for more memory.
fn slow_server(runs: &[(usize, usize)]) {
    let server = Faulty::start(vec![], Fault::Late(Duration::from_millis(50)));
    let exporter = exporter(config(&server.url()));
    let before = LIVE.load(Relaxed);
    MOST.store(before, Relaxed);
    for (size, total) in runs {
        (0..*total).for_each(|n| submit(&exporter, n, *size));
        assert!(exporter.flush(LONG).is_complete());
    }
    let most = MOST.load(Relaxed) - before;
    eprintln!("slow: {} MiB at most, {:?}", most / MIB, exporter.stats());
    assert!(most <= QUEUE + 2 * BATCH + REST, "{} MiB", most / MIB);
    assert!(exporter.stats().delivered > 0);
    assert!(exporter.shutdown(LONG).is_complete());
    drop(exporter);
    let begun = Instant::now();
    while LIVE.load(Relaxed) > before + MIB {
        assert!(begun.elapsed() < LONG, "{} MiB stay", (LIVE.load(Relaxed) - before) / MIB);
        std::thread::sleep(Duration::from_millis(1));
    }
}
