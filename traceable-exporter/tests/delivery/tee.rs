//! Tee: several sinks at once.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::server::Server;
use crate::support::{LONG, config, exporter, exporter_for};
use traceable_core::testing::Recorder;
use traceable_core::{Payload, RunOperation, RunSink, RunTree};
use traceable_exporter::Tee;

/// A sink that records inputs and may panic or flush slowly.
#[derive(Default)]
struct Odd {
    inputs: Mutex<Vec<Payload>>,
    panics: bool,
    flushes: AtomicUsize,
    flush_takes: Duration,
}

impl RunSink for Odd {
    fn submit(&self, operation: RunOperation) {
        self.inputs.lock().unwrap().extend(operation.inputs.clone());
        assert!(!self.panics, "as it does");
    }

    fn flush(&self, _timeout: Duration) -> bool {
        self.flushes.fetch_add(1, SeqCst);
        assert!(!self.panics, "as it does");
        // ignores the timeout
        std::thread::sleep(self.flush_takes);
        true
    }
}

fn run(sink: Arc<dyn RunSink>) {
    let long = "x".repeat(1000);
    RunTree::builder("r").inputs(serde_json::json!({"long": long})).sink(sink).build().post().end().patch();
}

#[test]
fn all_sinks_get_every_operation_and_share_large_values() {
    let sinks: Vec<_> = (0..3).map(|_| Arc::new(Odd::default())).collect();
    let recorder = Recorder::new();
    let tee: Tee = sinks.iter().map(|sink| sink.clone() as Arc<dyn RunSink>).collect();
    run(Arc::new(tee.and(recorder.sink())));
    let addresses: Vec<_> =
        sinks.iter().map(|sink| sink.inputs.lock().unwrap()[0].as_bytes().as_ptr()).collect();
    assert_eq!(addresses, [addresses[0]; 3]);
    let runs = recorder.runs();
    assert_eq!(runs.len(), 1);
    assert!(runs[0].end_time.is_some());
}

#[test]
fn a_sink_that_panics_does_not_affect_the_others() {
    let bad = Arc::new(Odd { panics: true, ..Odd::default() });
    let (before, after) = (Recorder::new(), Recorder::new());
    let tee = Arc::new(Tee::new().and(before.sink()).and(bad.clone()).and(after.sink()));
    run(tee.clone());
    assert_eq!((before.runs().len(), after.runs().len()), (1, 1));
    assert!(!tee.flush(LONG));
    assert_eq!(bad.flushes.load(SeqCst), 1);
}

#[test]
fn a_flush_waits_for_all_sinks_and_not_beyond_its_deadline() {
    let server = Server::start();
    let slow = || Arc::new(Odd { flush_takes: Duration::from_millis(800), ..Odd::default() });
    // the exporter sends nothing without a flush
    let one = exporter(config(&server.url()).batch_delay(LONG));
    let tee = Arc::new(Tee::new().and(slow()).and(one.clone()).and(slow()));
    run(tee.clone());
    let begun = Instant::now();
    assert!(tee.flush(LONG));
    // one after the other would take twice as long
    assert!(begun.elapsed() < Duration::from_millis(1500), "{:?}", begun.elapsed());
    assert_eq!(one.stats().delivered, 2);

    let endless = Arc::new(Odd { flush_takes: Duration::from_secs(5), ..Odd::default() });
    let recorder = Recorder::new();
    let tee = Tee::new().and(endless).and(recorder.sink());
    let begun = Instant::now();
    assert!(!tee.flush(Duration::from_millis(50)));
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn the_first_sinks_project_is_the_default_project() {
    let server = Server::start();
    let tee = Tee::new().and(Recorder::new().sink()).and(exporter_for(&server));
    assert_eq!(tee.default_project(), Some("wire-test"));
    assert_eq!(Tee::new().default_project(), None);
    assert!(Tee::new().flush(Duration::ZERO));
    // a tee without sinks drops runs silently
    run(Arc::new(Tee::new()));
}
