//! How `traceable serve` stores and answers: runs of 2 KB from our exporter, as fast as it takes them, while a reader
//! lists all the time; then each kind of query.
//!
//! `cargo run --release --bin viewer PATH_OF_TRACEABLE [RUNS] [DB]`: traces of 10 runs and one of 5 000, in 5 projects.
//! All programs share the processors. Linux only.

mod http;
#[path = "../payloads.rs"]
mod payloads;
mod viewer_process;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use http::Client;
use payloads::{Numbers, Payload};
use serde_json::{Value, json};
use traceable::{Config, Exporter, RunTree, RunType};
use viewer_process::ViewerProcess;

/// Different payloads: more than a compressor remembers.
const PAYLOADS: usize = 8192;
const PROJECTS: usize = 5;
const RUNS_PER_TRACE: usize = 10;
const LARGE_TRACE: usize = 5000;
const REPEATS: usize = 200;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let program = args.first().expect("the path of the program `traceable`");
    let runs: usize = args.get(1).map_or(100_000, |runs| runs.parse().expect("a number of runs"));
    let db = args.get(2).map_or_else(|| PathBuf::from("bench.db"), PathBuf::from);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", db.display()));
    }
    let mut viewer = ViewerProcess::start(program, &db);
    println!("cold start, empty, ms        {:>10.0}", viewer.start_ms);
    let listing = Arc::new(AtomicBool::new(true));
    let reader = std::thread::spawn({
        let (address, listing) = (viewer.address.clone(), listing.clone());
        move || list_while(&address, &listing)
    });
    let begun = Instant::now();
    ingest(&viewer.address, runs);
    let rate = runs as f64 / begun.elapsed().as_secs_f64();
    listing.store(false, Ordering::Relaxed);
    let mut lists = reader.join().expect("the reader");
    println!("ingest, runs per second      {rate:>10.0}");
    println!("CPU of the viewer, us a run  {:>10.0}", viewer.cpu().as_secs_f64() * 1e6 / runs as f64);
    report("list of 50 during ingest", &mut lists);
    println!("resident memory, peak, MiB   {:>10}", viewer.peak_mib());
    viewer.stop();
    let bytes = file_len(&db);
    println!("file, bytes a run            {:>10.0}", bytes as f64 / runs as f64);
    let viewer = ViewerProcess::start(program, &db);
    println!("cold start, full, ms         {:>10.0}", viewer.start_ms);
    queries(&viewer.address);
    println!("resident memory, peak, MiB   {:>10}", viewer.peak_mib());
}

fn file_len(path: &Path) -> u64 {
    path.metadata().expect("a file").len()
}

/// Sends that many runs, and waits until all are stored.
fn ingest(address: &str, runs: usize) {
    let mut numbers = Numbers(1);
    let words: Vec<String> = (0..4000).map(|_| numbers.word()).collect();
    let payloads: Vec<Payload> = (0..PAYLOADS).map(|_| numbers.payload(&words)).collect();
    let config = Config::builder().endpoint(format!("http://{address}")).max_queue_bytes(64 << 20);
    let exporter = Arc::new(Exporter::new(config.build().expect("settings")));
    let mut sent = 0;
    while sent < runs {
        let size = if sent == 0 && runs > 2 * LARGE_TRACE { LARGE_TRACE } else { RUNS_PER_TRACE };
        let project = format!("project-{}", sent / RUNS_PER_TRACE % PROJECTS);
        let root = RunTree::builder("agent")
            .project(project)
            .inputs(&payloads[sent % PAYLOADS].question)
            .metadata("user", &payloads[sent % PAYLOADS].user)
            .metadata("session", &payloads[sent % PAYLOADS].session)
            .metadata("version", "1.0.3")
            .sink(exporter.clone())
            .build();
        for at in 1..size {
            let payload = &payloads[(sent + at) % PAYLOADS];
            let child = root
                .create_child("answer")
                .run_type(RunType::Llm)
                .inputs(&payload.question)
                .metadata("user", &payload.user)
                .metadata("session", &payload.session)
                .metadata("version", "1.0.3")
                .build();
            child.end_with(&payload.answer).post();
        }
        root.end_with(&payloads[sent % PAYLOADS].answer).post();
        sent += size;
        // the queue is bounded, so that nothing is dropped and memory is not what is measured
        while exporter.stats().submitted - exporter.stats().delivered > 8000 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let report = exporter.flush(Duration::from_secs(600));
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(exporter.stats().dropped.total(), 0);
}

fn list_while(address: &str, listing: &AtomicBool) -> Vec<Duration> {
    let mut client = Client::new(address);
    let mut times = Vec::new();
    while listing.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let (status, _) = client.post("/runs/query", &json!({"is_root": true, "limit": 50}));
        assert_eq!(status, 200);
        times.push(begun.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    times
}

fn queries(address: &str) {
    let mut client = Client::new(address);
    let (_, sessions) = client.get("/sessions?name=project-0");
    let session = sessions[0]["id"].clone();
    let one = |body: Value| {
        let mut body = body;
        body["session"] = json!([session]);
        body["limit"] = json!(50);
        body
    };
    let filter = |text: &str| one(json!({ "filter": text }));
    let (_, newest) = client.post("/runs/query", &one(json!({"is_root": true})));
    let trace = newest["runs"][0]["trace_id"].clone();
    let (_, oldest) = client.post("/runs/query", &json!({"is_root": true, "order": "asc", "limit": 1}));
    let large = oldest["runs"][0]["trace_id"].clone();
    for (name, body, repeats) in [
        ("newest 50 roots", one(json!({"is_root": true})), REPEATS),
        ("newest 50 runs", one(json!({})), REPEATS),
        ("newest 50 errors", one(json!({"error": true})), REPEATS),
        ("by type", one(json!({"run_type": "llm"})), REPEATS),
        ("by name", filter(r#"eq(name, "agent")"#), REPEATS),
        ("by latency", filter(r#"gt(latency, "1h")"#), 20),
        (
            "by metadata, common",
            filter(r#"and(eq(metadata_key, "version"), eq(metadata_value, "1.0.3"))"#),
            REPEATS,
        ),
        ("by metadata, rare", filter(r#"and(eq(metadata_key, "user"), eq(metadata_value, "u77"))"#), REPEATS),
        ("without a match", filter(r#"eq(name, "nobody")"#), 20),
        ("full text, common", filter(r#"search("ba")"#), REPEATS),
        ("full text, two words", filter(r#"and(search("ba"), search("kabo"))"#), REPEATS),
        ("full text, no match", filter(r#"search("xyzzy")"#), REPEATS),
        ("a trace of 10", json!({"trace": trace}), REPEATS),
        ("a trace of 5000", json!({"trace": large}), 5),
    ] {
        let mut times = Vec::new();
        for _ in 0..repeats {
            let begun = Instant::now();
            let (status, answer) = client.post("/runs/query", &body);
            times.push(begun.elapsed());
            assert_eq!(status, 200, "{name}: {answer}");
        }
        report(name, &mut times);
    }
}

fn report(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!("{name:<28} {:>10.2} {:>10.2} {:>10.2}   p50, p99, max, ms", at(0.5), at(0.99), at(1.0));
}
