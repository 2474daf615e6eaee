//! Traces of ten runs in five projects, and a large one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use traceable::{Config, Exporter, RunTree, RunType, Timestamp};

use crate::payload::{Numbers, Payload};

const RUNS_PER_TRACE: usize = 10;
pub const LARGE_TRACE: usize = 5000;
/// Different payloads: more than a compressor remembers.
const PAYLOADS: usize = 8192;
/// Runs that may wait in the exporter.
const MAX_WAITING: u64 = 20_000;

/// Of `load`'s traces, one in so many has an error, and another one takes eight seconds.
const ONE_IN: u64 = 80;

/// Returns how long it took until all of them were acknowledged.
pub fn traces(url: &str, runs: usize) -> Duration {
    let exporter = exporter(url);
    let mut numbers = Numbers(1);
    let words: Vec<String> = (0..4000).map(|_| numbers.word()).collect();
    let payloads: Vec<Payload> = (0..PAYLOADS).map(|_| numbers.payload(&words)).collect();
    let first = Timestamp::now().signed_micros() - runs as i64 * 1000;
    let begun = Instant::now();
    for trace in 0..runs / RUNS_PER_TRACE {
        let start = first + (trace * RUNS_PER_TRACE) as i64 * 1000;
        self::trace(&exporter, &mut numbers, &payloads, trace, start);
        // slower than a queue that is full, so that nothing is dropped
        while exporter.stats().submitted - exporter.stats().delivered > MAX_WAITING {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    let report = exporter.flush(Duration::from_secs(600));
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(exporter.stats().delivered as usize, runs / RUNS_PER_TRACE * RUNS_PER_TRACE);
    begun.elapsed()
}

fn trace(exporter: &Arc<Exporter>, numbers: &mut Numbers, payloads: &[Payload], trace: usize, start: i64) {
    let mut payload = || &payloads[numbers.below(payloads.len() as u64) as usize];
    let at = |ms: i64| Timestamp::from_signed_micros(start + ms * 1000);
    let asked = payload();
    let root = RunTree::builder("agent")
        .project(format!("project {}", trace % 5))
        .inputs(&asked.question)
        .metadata("user", &asked.user)
        .metadata("version", "1.0.3")
        .metadata("session_id", &asked.session)
        .tags(["production"])
        .start_time(at(0))
        .sink(exporter.clone())
        .build();
    let children: Vec<_> = (1..RUNS_PER_TRACE).map(|_| payload()).collect();
    let (fate, users) = (numbers.below(ONE_IN), numbers.below(300));
    for (step, payload) in (1..).zip(children) {
        let kind = if step % 3 == 0 { RunType::Tool } else { RunType::Llm };
        let child = root
            .create_child(if step % 3 == 0 { "search" } else { "model" })
            .run_type(kind)
            .inputs(&payload.question)
            .metadata("user", &asked.user)
            .metadata("ls_model_name", "small-1")
            .tags(["production"])
            .start_time(at(step * 10))
            .build();
        child.set_usage(
            serde_json::json!({"input_tokens": users, "output_tokens": 7, "total_tokens": users + 7}),
        );
        child.end_with(&payload.answer).set_end_time(at(step * 10 + 9));
        child.post();
    }
    match fate {
        0 => root.end_with_error("ValueError: the answer was no JSON"),
        _ => root.end_with(&asked.answer),
    };
    root.set_end_time(at(if fate == 1 { 8000 } else { 100 }));
    root.post();
}

/// One root and its children.
pub fn large_trace(url: &str) {
    let exporter = exporter(url);
    let root = RunTree::builder("large").project("large").sink(exporter.clone()).build();
    let text = "a line of text that says nothing new ".repeat(10);
    for _ in 1..LARGE_TRACE {
        root.create_child("step").inputs(&text).build().end_with(&text).post();
    }
    root.end_with("done").post();
    let report = exporter.flush(Duration::from_secs(600));
    assert!(report.is_complete(), "{report:?}");
}

fn exporter(url: &str) -> Arc<Exporter> {
    let config = Config::builder().endpoint(url).max_queue_bytes(256 << 20);
    Arc::new(Exporter::new(config.build().expect("settings")))
}
