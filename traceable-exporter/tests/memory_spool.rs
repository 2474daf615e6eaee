//! What is held in memory where runs wait on disk: while the server says nothing, and while what a former process has left
//! is sent. One test, because it counts every allocation of its process.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use support::counting::{Counting, LIVE, MOST};
use support::faulty::{Fault, Faulty};
use support::scratch::Scratch;
use support::{LONG, config, exporter};
use traceable_core::{Attachment, RunTree};
use traceable_exporter::{Exporter, Spool, replay};

const MIB: usize = 1 << 20;
/// The bound that is the default.
const QUEUE: usize = 64 * MIB;
/// What a server takes in one request, if it says nothing else.
const BATCH: usize = 20 * MIB;
/// All that is not payload.
const REST: usize = 12 * MIB;
/// What may wait on disk.
const DISK: u64 = 128 << 20;

const WITH_ZSTD: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"use_multipart_endpoint\":true},\"instance_flags\":{\"zstd_compression_enabled\":true}}                    ";
const PLAIN: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"use_multipart_endpoint\":true},\"instance_flags\":{\"zstd_compression_enabled\":false}}                   ";
const SMALL: &str = "HTTP/1.1 200 X\r\nContent-Length: 120\r\n\r\n{\"batch_ingest_config\":\
    {\"size_limit_bytes\":4000000},\"instance_flags\":{\"zstd_compression_enabled\":true}}                        ";

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// From now on the most is measured; returns what there is already.
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

/// A run with a mebibyte that does not compress, not even against the one before: that is further away than is looked.
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

/// Fills a spool while the server says nothing. Returns how many operations are left in it.
fn outage(folder: &Path, total: usize) -> u64 {
    let server = Faulty::start_with(Fault::Bytes(WITH_ZSTD), vec![], Fault::Stall(LONG));
    // the first batch is a full one, and on its way all the time
    let settings =
        config(&server.url()).request_timeout(Duration::from_secs(5)).batch_delay(Duration::from_millis(500));
    let exporter = exporter(settings.spool(Spool::new(folder).max_bytes(DISK)));
    let mut noise = vec![0; MIB];
    fastrand::fill(&mut noise);
    let before = begin();
    for _ in 0..total {
        submit(&exporter, &noise);
        // a gibibyte a second, which leaves the disk some time
        std::thread::sleep(Duration::from_millis(1));
        assert!(exporter.stats().queued_bytes <= QUEUE);
    }
    wait_until("the disk is full", || exporter.stats().on_disk > 100);
    let most = MOST.load(Relaxed) - before;
    let stats = exporter.stats();
    eprintln!("an outage: {} MiB at most, {stats:?}", most / MIB);
    // one is on its way, and the buffer that another is written to is there twice while it grows
    assert!(most <= QUEUE + 3 * BATCH + REST, "{} MiB", most / MIB);
    assert!(stats.dropped.queue_full as usize > total / 2, "{stats:?}");
    let report = exporter.shutdown(Duration::ZERO);
    assert_eq!(report.dropped.total() + report.left_on_disk, total as u64, "{report}");
    drop(exporter);
    // its threads are in the middle of something
    wait_until("its memory is given back", || LIVE.load(Relaxed) < before + MIB);
    report.left_on_disk
}

/// Sends what was left in a folder, `at_most` with so much memory.
fn resend(what: &str, left: &Path, info: &'static str, operations: u64, at_most: usize) {
    let server = Faulty::start_with(Fault::Bytes(info), vec![], Fault::Status(202, String::new()));
    let folder = Scratch::new();
    let before = begin();
    let exporter = exporter(config(&server.url()).spool(Spool::new(folder.path())));
    exporter.start();
    wait_until("the folder is made", || folder.path().exists() && folder.only_folder().join("0000").exists());
    // as another process of the same destination would have left it
    copy(left, &folder.only_folder().join("0001"));
    wait_until("all is sent", || exporter.stats().delivered == operations);
    let (most, stats) = (MOST.load(Relaxed) - before, exporter.stats());
    eprintln!("{what}: {} MiB at most, {stats:?}", most / MIB);
    assert!(most <= at_most, "{what}: {} MiB", most / MIB);
    assert_eq!((stats.recovered, stats.dropped.total()), (operations, 0));
    drop(exporter);
    wait_until("its memory is given back", || LIVE.load(Relaxed) < before + MIB);
}

/// A file of somebody else's that is small, and would not be when it is unpacked.
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
fn the_disk_takes_what_memory_need_not_hold() {
    let total: usize =
        std::env::var("TRACEABLE_MEMORY_MIB").map_or(4 << 10, |mebibytes| mebibytes.parse().unwrap());
    replay_a_bomb();
    let folder = Scratch::new();
    let operations = outage(folder.path(), total);
    let left = folder.only_folder().join("0000");
    // as it is
    resend("with zstd", &left, WITH_ZSTD, operations, BATCH + REST);
    // unpacked, of which two are there for a moment: before and after
    resend("without zstd", &left, PLAIN, operations, 2 * BATCH + REST);
    // taken apart, where each is larger than the server takes
    resend("small requests", &left, SMALL, operations, 2 * BATCH + REST);
}
