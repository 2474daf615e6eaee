//! Memory with a spool: while the server does not answer, and while recovered runs are sent. The only test of this file,
//! because it counts every allocation of its process.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use crate::support::counting::{LIVE, MOST};
use crate::support::faulty::{Fault, Faulty};
use crate::support::own_process::alone;
use crate::support::scratch::Scratch;
use crate::support::{LONG, config, exporter};
use traceable_core::{Attachment, RunTree};
use traceable_exporter::{Exporter, Spool, replay};

const MIB: usize = 1 << 20;
/// The default bound of the queue.
const QUEUE: usize = 64 * MIB;
/// The default limit of one request.
const BATCH: usize = 20 * MIB;
/// Everything that is not payload.
const REST: usize = 12 * MIB;
/// The bound of the spool.
const DISK: u64 = 128 << 20;

const WITH_ZSTD: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"use_multipart_endpoint\":true},\"instance_flags\":{\"zstd_compression_enabled\":true}}                    ";
const PLAIN: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"use_multipart_endpoint\":true},\"instance_flags\":{\"zstd_compression_enabled\":false}}                   ";
const SMALL: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"size_limit_bytes\":4000000},\"instance_flags\":{\"zstd_compression_enabled\":true}}                        ";

/// Starts measuring the maximum. Returns how much is allocated already.
fn begin() -> usize {
    let live = LIVE.load(Relaxed);
    MOST.store(live, Relaxed);
    live
}

fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < 2 * LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// However long it takes on a busy machine, as long as it goes on.
fn wait_until_sent(exporter: &Exporter, operations: u64) {
    let mut delivered = 0;
    while delivered < operations {
        wait_until("more is sent", || exporter.stats().delivered > delivered);
        delivered = exporter.stats().delivered;
    }
    assert_eq!(delivered, operations);
}

/// Submits a run with a mebibyte that does not compress, not even against the previous run, which is beyond the
/// window.
fn submit(exporter: &Arc<Exporter>, noise: &[u8]) {
    let attachment = Attachment::new("application/octet-stream", noise.to_vec());
    RunTree::builder("r").attachment("file", attachment).sink(exporter.clone()).build().post();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(fs::copy(path, target).unwrap()),
        }
    }
}

/// Fills a spool while the server does not answer. Returns how many operations are left in it.
fn outage(folder: &Path, total: usize) -> u64 {
    let server = Faulty::start_with(Fault::Bytes(WITH_ZSTD), vec![], Fault::Stall(LONG));
    // the first batch is a full one, and in flight all the time
    let settings = config(&server.url())
        .request_timeout(Duration::from_secs(15))
        .batch_delay(Duration::from_millis(500));
    let exporter = exporter(settings.spool(Spool::new(folder).max_bytes(DISK)));
    let mut noise = vec![0; MIB];
    fastrand::fill(&mut noise);
    let before = begin();
    for _ in 0..total {
        submit(&exporter, &noise);
        // a gibibyte per second, so that the disk can keep up
        std::thread::sleep(Duration::from_millis(1));
        assert!(exporter.stats().queued_bytes <= QUEUE);
    }
    wait_until("the disk is full", || exporter.stats().on_disk > 100);
    let most = MOST.load(Relaxed) - before;
    let stats = exporter.stats();
    eprintln!("an outage: {} MiB at most, {stats:?}", most / MIB);
    // one batch is in flight, and the buffer of another exists twice while it grows
    assert!(most <= QUEUE + 3 * BATCH + REST, "{} MiB", most / MIB);
    assert!(stats.dropped.queue_full as usize > total / 2, "{stats:?}");
    let report = exporter.shutdown(Duration::ZERO);
    assert_eq!(report.dropped.total() + report.left_on_disk, total as u64, "{report}");
    drop(exporter);
    // its threads end a moment later
    wait_until("its memory is freed", || LIVE.load(Relaxed) < before + MIB);
    report.left_on_disk
}

/// Sends what was left in a folder, with `at_most` so many bytes of memory.
fn resend(what: &str, left: &Path, info: &'static str, operations: u64, at_most: usize) {
    let server = Faulty::start_with(Fault::Bytes(info), vec![], Fault::Status(202, String::new()));
    let folder = Scratch::new();
    let before = begin();
    let exporter = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    exporter.start();
    wait_until("the folder is created", || {
        folder.path().exists() && folder.only_folder().join("0000").exists()
    });
    // as another process for the same destination would have left it
    copy(left, &folder.only_folder().join("0001"));
    wait_until_sent(&exporter, operations);
    let (most, stats) = (MOST.load(Relaxed) - before, exporter.stats());
    eprintln!("{what}: {} MiB at most, {stats:?}", most / MIB);
    assert!(most <= at_most, "{what}: {} MiB", most / MIB);
    assert_eq!((stats.recovered, stats.dropped.total()), (operations, 0));
    drop(exporter);
    wait_until("its memory is freed", || LIVE.load(Relaxed) < before + MIB);
}

/// Replays a small file of another program that would be huge when decompressed.
fn replay_a_bomb() {
    let folder = Scratch::new();
    fs::create_dir(folder.path()).unwrap();
    let zeros = std::io::Read::take(std::io::repeat(0), 1 << 30);
    let body = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        zstd::encode_all(zeros, 1).unwrap(),
    );
    let headers = "{\"Content-Type\":\"multipart/form-data; boundary=x\",\"Content-Encoding\":\"zstd\"}";
    let path = folder.path().join("trace_1_0.json");
    fs::write(&path, format!("{{\"version\":1,\"headers\":{headers},\"body_base64\":\"{body}\"}}")).unwrap();
    let settings = config("http://127.0.0.1:9").build().unwrap();
    let before = begin();
    let replayed = replay(folder.path(), &settings).unwrap();
    let most = MOST.load(Relaxed) - before;
    assert_eq!(replayed.unreadable, [path]);
    assert!(most <= REST, "{} MiB", most / MIB);
}

#[test]
fn memory_is_bounded_while_the_spool_fills_and_empties() {
    alone(|| {
        let total: usize =
            std::env::var("TRACEABLE_MEMORY_MIB").map_or(4 << 10, |mebibytes| mebibytes.parse().unwrap());
        replay_a_bomb();
        let folder = Scratch::new();
        let operations = outage(folder.path(), total);
        let left = folder.only_folder().join("0000");
        // sent as it is
        resend("with zstd", &left, WITH_ZSTD, operations, BATCH + REST);
        // decompressed: for a moment both forms are in memory
        resend("without zstd", &left, PLAIN, operations, 2 * BATCH + REST);
        // encoded anew: each body exceeds the server's limit
        resend("small requests", &left, SMALL, operations, 2 * BATCH + REST);
    });
}
