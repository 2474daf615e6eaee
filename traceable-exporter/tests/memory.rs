//! What is held in memory while the server says nothing, or is slow. One test, because it counts every allocation of
//! its process.

mod support;

use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use support::counting::{Counting, LIVE, MOST};
use support::faulty::{Fault, Faulty};
use support::{LONG, config, exporter};
use traceable_core::{Attachment, RunTree};

const MIB: usize = 1 << 20;
/// The bound that is the default.
const QUEUE: usize = 64 * MIB;
/// What a server takes in one request, if it says nothing else.
const BATCH: usize = 20 * MIB;
/// All that is not payload.
const REST: usize = 12 * MIB;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A run with a payload of its own. What says nothing or is slow takes no compressed bodies.
fn submit(exporter: &std::sync::Arc<traceable_exporter::Exporter>, n: usize, size: usize) {
    let mut bytes = vec![n as u8; size];
    bytes[..8].copy_from_slice(&n.to_ne_bytes());
    let attachment = Attachment::new("application/octet-stream", bytes);
    RunTree::builder("r").attachment("file", attachment).sink(exporter.clone()).build().post();
}

#[test]
fn a_server_that_says_nothing_fills_the_queue_and_no_more() {
    let total: usize =
        std::env::var("TRACEABLE_MEMORY_MIB").map_or(10 << 10, |mebibytes| mebibytes.parse().unwrap());
    let server = Faulty::start(vec![], Fault::Stall(LONG));
    let exporter = exporter(config(&server.url()));
    let before = LIVE.load(Relaxed);
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
    eprintln!("{} MiB at most, slowest {slowest:?}, {} s, {stats:?}", most / MIB, begun.elapsed().as_secs());
    assert!(most <= QUEUE + 2 * BATCH + REST, "{} MiB", most / MIB);
    assert_eq!(stats.submitted, total as u64);
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.queue_full + stats.queued);
    assert!(stats.dropped.queue_full as usize > total - QUEUE / MIB - 1);
    let report = exporter.shutdown(Duration::ZERO);
    assert_eq!((report.remaining, report.dropped.total()), (0, total as u64));

    slow_server(&[(MIB, 400)]);
    // then there are more threads than large batches in hand
    slow_server(&[(8 << 10, 30_000), (MIB, 400)]);
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
