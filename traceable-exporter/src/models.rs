//! Queue, line and flush by themselves, in every order in which few threads may run:
//! `RUSTFLAGS='--cfg traceable_loom' cargo test --lib models`.
//!
//! The threads are loom's, and what they share is the exporter's own, but for the server. Clocks play no part: a
//! timeout is so long that it is never over, or over at once.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use loom::model::Builder;
use loom::thread::{self, JoinHandle};
use traceable_core::{OperationKind, RunOperation, RunSink, RunTree};
use uuid::Uuid;

use crate::config::Config;
use crate::gather::{Batch, Limits};
use crate::inner::Inner;
use crate::line::Line;
use crate::queue::Pause;
use crate::report::Reporter;
use crate::stats::{DropReason, FlushReport, Stats};

const LONG: Duration = Duration::from_secs(3600);
const ROOM: usize = 1 << 20;

/// Tries the orders that take a thread's turn away at most twice, unless `LOOM_MAX_PREEMPTIONS` says otherwise.
fn model(test: impl Fn() + Send + Sync + 'static) {
    model_within(2, test);
}

fn model_within(preemptions: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.check(test);
}

/// How many runs fit into a batch, and how many batches may be sent at once.
#[derive(Clone, Copy)]
struct Fit(usize, usize);

impl Limits for Fit {
    fn ask(&self) {}

    fn operations(&self) -> usize {
        self.0
    }

    fn bytes(&self) -> usize {
        ROOM
    }

    fn at_once(&self) -> usize {
        self.1
    }
}

/// An exporter without a server.
struct Exporter {
    inner: Arc<Inner>,
    fit: Fit,
    line: Line<Fit>,
    /// Counts the batches that are sent one after the other.
    sent: Mutex<u64>,
    /// What has arrived, in this order. Not a lock of loom's: to look at it takes no turn.
    arrived: Mutex<Vec<(Uuid, OperationKind)>>,
}

impl Exporter {
    fn new(batch_operations: usize, max_queue_bytes: usize) -> Arc<Exporter> {
        Exporter::with(Fit(batch_operations, 1), max_queue_bytes)
    }

    fn with(fit: Fit, max_queue_bytes: usize) -> Arc<Exporter> {
        let config = Config::builder()
            .endpoint("http://127.0.0.1:9")
            .batch_delay(LONG)
            .max_queue_bytes(max_queue_bytes)
            .reporter(Reporter::new(|_| {}));
        let inner = Arc::new(Inner::new(config.build().unwrap()));
        let line = Line::new(inner.clone(), fit);
        Arc::new(Exporter { inner, fit, line, sent: Mutex::default(), arrived: Mutex::default() })
    }

    /// One of the exporter's threads. `pauses`: the first try of each batch fails.
    fn start_worker(self: &Arc<Self>, pauses: bool) -> JoinHandle<()> {
        let own = self.clone();
        thread::spawn(move || {
            own.inner.queue.add_thread();
            while own.work(pauses) {}
        })
    }

    /// Gathers and sends a batch, as the exporter's threads do. Whether there was one.
    fn work(&self, pauses: bool) -> bool {
        let Some(batch) = self.line.gather() else { return false };
        self.line.send(&batch, || {
            if self.fit.1 == 1 {
                let sent = std::mem::replace(&mut *self.sent.lock().unwrap(), batch.number + 1);
                assert_eq!(sent, batch.number);
            }
            let queue = &self.inner.queue;
            let is_over = queue.is_abandoned() || pauses && queue.pause(LONG, false) == Pause::Abandoned;
            if !is_over {
                self.deliver(&batch);
            }
        });
        self.inner.queue.discard(batch.items);
        true
    }

    fn deliver(&self, batch: &Batch) {
        for item in &batch.items {
            self.arrived.lock().unwrap().push((item.operation.id(), item.operation.kind));
            self.inner.queue.settle(item.operations, item.bytes, None);
        }
    }

    fn submit(&self, operation: RunOperation) -> Option<DropReason> {
        let refused = self.inner.queue.submit(operation).refused;
        self.stats();
        refused
    }

    fn has(&self, id: Uuid) -> bool {
        self.arrived.lock().unwrap().iter().any(|(arrived, _)| *arrived == id)
    }

    /// The books, which are right at every moment.
    fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.inner.queue.fill(&mut stats);
        assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
        assert!(stats.queued_bytes <= self.inner.config.max_queue_bytes);
        stats
    }

    fn flush(&self) -> FlushReport {
        self.inner.queue.flush(LONG)
    }

    /// Everything has been sent, and the start of each run before its end.
    fn assert_done(&self, stats: &Stats) {
        assert_eq!((stats.queued, stats.queued_bytes), (0, 0));
        let mut begun = HashSet::new();
        for (id, kind) in &*self.arrived.lock().unwrap() {
            assert!(*kind == OperationKind::Post && begun.insert(*id) || begun.contains(id));
        }
    }
}

/// Keeps what it is told, for a model to hand it over in its own time.
#[derive(Default)]
struct Kept(Mutex<Vec<RunOperation>>);

impl RunSink for Kept {
    fn submit(&self, operation: RunOperation) {
        self.0.lock().unwrap().push(operation);
    }
}

/// The start and the end of a run.
fn run() -> [RunOperation; 2] {
    let kept = Arc::new(Kept::default());
    RunTree::builder("r").sink(kept.clone()).build().post().end().patch();
    let operations = std::mem::take(&mut *kept.0.lock().unwrap());
    <[_; 2]>::try_from(operations).ok().unwrap()
}

fn start() -> RunOperation {
    let [start, _] = run();
    start
}

/// A thread of the program that hands over the start of a run, and then flushes.
fn submit_and_flush(exporter: &Arc<Exporter>) -> JoinHandle<()> {
    let (own, start) = (exporter.clone(), start());
    thread::spawn(move || {
        let id = start.id();
        let refused = own.submit(start);
        assert!(own.flush().is_complete());
        assert!(refused.is_some() || own.has(id) || own.stats().dropped.shutdown > 0);
    })
}

#[test]
fn what_was_handed_over_before_a_flush_has_arrived_after_it() {
    // a fourth thread makes forty times as many orders
    for (workers, batch_operations, preemptions) in [(1, 100, 2), (1, 1, 2), (2, 1, 1)] {
        model_within(preemptions, move || {
            let exporter = Exporter::new(batch_operations, ROOM);
            let workers: Vec<_> = (0..workers).map(|_| exporter.start_worker(false)).collect();
            let program = submit_and_flush(&exporter);
            let start = start();
            let id = start.id();
            exporter.submit(start);
            let report = exporter.flush();
            assert!(report.is_lossless() && exporter.has(id), "{report}");
            program.join().unwrap();
            exporter.inner.queue.close();
            workers.into_iter().for_each(|worker| worker.join().unwrap());
            let stats = exporter.stats();
            exporter.assert_done(&stats);
            assert_eq!(stats.delivered, 2);
        });
    }
}

#[test]
fn a_full_batch_goes_out_although_nobody_flushes() {
    model(|| {
        let exporter = Exporter::new(2, ROOM);
        let own = exporter.clone();
        let worker = thread::spawn(move || assert!(own.work(false)));
        let (own, first) = (exporter.clone(), start());
        let program = thread::spawn(move || own.submit(first));
        exporter.submit(start());
        program.join().unwrap();
        worker.join().unwrap();
        assert_eq!(exporter.stats().delivered, 2);
    });
}

#[test]
fn the_start_of_a_run_arrives_before_its_end_by_two_threads() {
    static APART: AtomicBool = AtomicBool::new(false);
    model(|| {
        let exporter = Exporter::new(1, ROOM);
        let workers = [exporter.start_worker(false), exporter.start_worker(false)];
        assert_eq!(run().map(|operation| exporter.submit(operation)), [None, None]);
        assert!(exporter.flush().is_lossless());
        exporter.inner.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
        APART.fetch_or(exporter.arrived.lock().unwrap().len() == 2, Relaxed);
    });
    assert!(APART.load(Relaxed), "they were merged every time");
}

/// What two threads send at once arrives in any order, but what is told of one run.
#[test]
fn batches_overtake_each_other_but_no_run_overtakes_itself() {
    static OVERTAKEN: AtomicBool = AtomicBool::new(false);
    model_within(1, || {
        let exporter = Exporter::with(Fit(1, 2), ROOM);
        let workers = [exporter.start_worker(false), exporter.start_worker(false)];
        let [start, end] = run();
        let other = self::start();
        let other_id = other.id();
        assert_eq!([start, other, end].map(|operation| exporter.submit(operation)), [None; 3]);
        assert!(exporter.flush().is_lossless() && exporter.has(other_id));
        exporter.inner.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
        OVERTAKEN.fetch_or(exporter.arrived.lock().unwrap()[0].0 == other_id, Relaxed);
    });
    assert!(OVERTAKEN.load(Relaxed), "they always went one after the other");
}

/// A batch that is tried again waits until those before it are settled, where only one is sent at once then.
#[test]
fn what_is_tried_again_waits_for_its_turn() {
    model_within(1, || {
        let exporter = Exporter::new(1, ROOM);
        let again = |exporter: Arc<Exporter>| {
            thread::spawn(move || {
                exporter.inner.queue.add_thread();
                while let Some(batch) = exporter.line.gather() {
                    exporter.line.send(&batch, || {
                        exporter.line.wait_for_turn(batch.number);
                        exporter.deliver(&batch);
                    });
                }
            })
        };
        let workers = [again(exporter.clone()), again(exporter.clone())];
        exporter.submit(start());
        exporter.submit(start());
        assert!(exporter.flush().is_lossless());
        exporter.inner.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn what_does_not_fit_is_counted_and_takes_the_end_of_its_run_along() {
    static LOST: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
    model(|| {
        let operations = [run(), run()];
        // two starts fit, but not beside the room that is kept for the end of the first
        let size = operations[0][0].size();
        let exporter = Exporter::new(1, size * 2 + size / 2);
        let worker = exporter.start_worker(false);
        let [mine, theirs] = operations;
        let hand_over = |exporter: &Exporter, run: [RunOperation; 2]| {
            let [start, end] = run.map(|operation| exporter.submit(operation));
            assert!(start.is_none() || end.is_some(), "the end of a run that never began");
        };
        let own = exporter.clone();
        let program = thread::spawn(move || hand_over(&own, theirs));
        hand_over(&exporter, mine);
        assert!(exporter.flush().is_complete());
        program.join().unwrap();
        exporter.inner.queue.close();
        worker.join().unwrap();
        let stats = exporter.stats();
        exporter.assert_done(&stats);
        LOST[usize::from(stats.dropped.queue_full > 0)].store(true, Relaxed);
    });
    assert!(LOST.iter().all(|seen| seen.load(Relaxed)), "always lost, or never: {LOST:?}");
}

#[test]
fn shutting_down_ends_every_flush_and_loses_what_it_counts() {
    for (timeout, pauses) in [(LONG, false), (Duration::ZERO, false), (Duration::ZERO, true)] {
        model(move || {
            let exporter = Exporter::new(100, ROOM);
            let worker = exporter.start_worker(pauses);
            let program = submit_and_flush(&exporter);
            exporter.submit(start());
            let report = exporter.inner.queue.shutdown(timeout);
            assert!(report.is_complete(), "{report}");
            assert_eq!(exporter.submit(start()), Some(DropReason::Shutdown));
            program.join().unwrap();
            worker.join().unwrap();
            let stats = exporter.stats();
            exporter.assert_done(&stats);
            assert_eq!((stats.submitted, stats.delivered + stats.dropped.shutdown), (3, 3));
            let arrived = exporter.arrived.lock().unwrap().len() as u64;
            // its answer may have come too late
            assert!(stats.delivered == arrived || stats.delivered < arrived && timeout.is_zero());
        });
    }
}

#[test]
fn a_flush_ends_a_pause_between_two_tries() {
    model(|| {
        let exporter = Exporter::new(1, ROOM);
        let worker = exporter.start_worker(true);
        exporter.submit(start());
        assert!(exporter.flush().is_lossless());
        exporter.inner.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn closing_does_not_hold_up_a_flush() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        let program = submit_and_flush(&exporter);
        exporter.inner.queue.close();
        program.join().unwrap();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn what_waits_is_sent_after_closing() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        exporter.submit(start());
        exporter.inner.queue.close();
        worker.join().unwrap();
        assert_eq!(exporter.stats().delivered, 1);
    });
}

#[test]
fn a_flush_on_one_of_the_exporters_threads_does_not_wait_for_itself() {
    model(|| {
        let exporter = Exporter::new(1, ROOM);
        let own = exporter.clone();
        let worker = thread::spawn(move || {
            own.inner.queue.add_thread();
            while let Some(batch) = own.line.gather() {
                own.line.send(&batch, || {
                    // as a reporter of the program's may
                    assert!(!own.flush().is_complete());
                    own.deliver(&batch);
                });
            }
        });
        exporter.submit(start());
        assert!(exporter.flush().is_lossless());
        exporter.inner.queue.close();
        worker.join().unwrap();
    });
}

/// A flush that another thread waits for, and that nobody wants in the end.
#[test]
fn a_flush_that_was_left_ends_and_others_go_on() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        exporter.submit(start());
        let (ticket, over) = exporter.inner.queue.begin_flush(Instant::now());
        assert!(over.is_none());
        let unwanted = Arc::new(AtomicBool::new(false));
        let (own, left) = (exporter.clone(), unwanted.clone());
        // nobody sends anything: it ends because it was left, or never
        let waiting = thread::spawn(move || own.inner.queue.end_flush(ticket, Instant::now(), LONG, &left));
        exporter.inner.queue.leave_flush(&unwanted);
        assert_eq!(waiting.join().unwrap().remaining, 1);
        let worker = exporter.start_worker(false);
        assert!(exporter.flush().is_lossless());
        exporter.inner.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn a_flush_that_has_begun_counts_from_its_beginning() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        let first = start();
        let id = first.id();
        exporter.submit(first);
        let (ticket, over) = exporter.inner.queue.begin_flush(Instant::now());
        let own = exporter.clone();
        let waiting = thread::spawn(move || {
            let end = || own.inner.queue.end_flush(ticket, Instant::now(), LONG, &AtomicBool::new(false));
            let report = over.unwrap_or_else(end);
            assert!(report.is_lossless() && own.has(id), "{report}");
        });
        exporter.submit(start());
        waiting.join().unwrap();
        exporter.inner.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
        assert_eq!(exporter.stats().delivered, 2);
    });
}
