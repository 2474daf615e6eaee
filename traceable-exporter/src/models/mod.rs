//! Models of queue, dispatch and flush: loom runs a few threads in every order.
//! `RUSTFLAGS='--cfg traceable_loom' cargo test --lib models` runs them.
//!
//! The threads are loom's; they share the exporter's own state, without a server. Time does not pass: a timeout either
//! never ends, or ends at once.

mod exporter;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use exporter::{Exporter, FixedLimits, LONG, ROOM, model, model_within, run, start, submit_and_flush};
use loom::thread;
use traceable_core::RunOperation;

use crate::accounting::DropReason;

#[test]
fn runs_submitted_before_a_flush_have_arrived_after_it() {
    // a fourth thread would make forty times as many orders
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
            exporter.shared.queue.close();
            workers.into_iter().for_each(|worker| worker.join().unwrap());
            let stats = exporter.stats();
            exporter.assert_done(&stats);
            assert_eq!(stats.delivered, 2);
        });
    }
}

#[test]
fn a_full_batch_is_sent_without_a_flush() {
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
        exporter.shared.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
        APART.fetch_or(exporter.arrived.lock().unwrap().len() == 2, Relaxed);
    });
    assert!(APART.load(Relaxed), "they were merged every time");
}

/// Two threads send batches in any order, but the operations of one run in theirs.
#[test]
fn batches_overtake_each_other_but_no_run_overtakes_itself() {
    static OVERTAKEN: AtomicBool = AtomicBool::new(false);
    model_within(1, || {
        let exporter = Exporter::with(FixedLimits(1, 2), ROOM);
        let workers = [exporter.start_worker(false), exporter.start_worker(false)];
        let [start, end] = run();
        let other = self::start();
        let other_id = other.id();
        assert_eq!([start, other, end].map(|operation| exporter.submit(operation)), [None; 3]);
        assert!(exporter.flush().is_lossless() && exporter.has(other_id));
        exporter.shared.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
        OVERTAKEN.fetch_or(exporter.arrived.lock().unwrap()[0].0 == other_id, Relaxed);
    });
    assert!(OVERTAKEN.load(Relaxed), "the batches were always sent in order");
}

/// A retry waits until earlier batches are acknowledged, so that only one request is in flight.
#[test]
fn a_retry_waits_for_its_turn() {
    model_within(1, || {
        let exporter = Exporter::new(1, ROOM);
        let retrying = |exporter: Arc<Exporter>| {
            thread::spawn(move || {
                exporter.shared.queue.add_thread();
                while let Some(batch) = exporter.dispatcher.next_batch() {
                    exporter.dispatcher.send(&batch, || {
                        exporter.dispatcher.wait_for_turn(batch.number);
                        exporter.deliver(&batch);
                    });
                }
            })
        };
        let workers = [retrying(exporter.clone()), retrying(exporter.clone())];
        exporter.submit(start());
        exporter.submit(start());
        assert!(exporter.flush().is_lossless());
        exporter.shared.queue.close();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn a_dropped_start_is_counted_and_its_end_is_dropped_too() {
    static DROPPED: [AtomicBool; 2] = [const { AtomicBool::new(false) }; 2];
    model(|| {
        let operations = [run(), run()];
        // two starts fit, but not together with the bytes reserved for the end of the first
        let size = operations[0][0].size();
        let exporter = Exporter::new(1, size * 2 + size / 2);
        let worker = exporter.start_worker(false);
        let [mine, theirs] = operations;
        let submit_run = |exporter: &Exporter, run: [RunOperation; 2]| {
            let [start, end] = run.map(|operation| exporter.submit(operation));
            assert_eq!(start, end, "one without the other");
        };
        let own = exporter.clone();
        let program = thread::spawn(move || submit_run(&own, theirs));
        submit_run(&exporter, mine);
        assert!(exporter.flush().is_complete());
        program.join().unwrap();
        exporter.shared.queue.close();
        worker.join().unwrap();
        let stats = exporter.stats();
        exporter.assert_done(&stats);
        DROPPED[usize::from(stats.dropped.queue_full > 0)].store(true, Relaxed);
    });
    assert!(DROPPED.iter().all(|seen| seen.load(Relaxed)), "always dropped, or never: {DROPPED:?}");
}

#[test]
fn shutdown_ends_every_flush_and_counts_what_it_drops() {
    for (timeout, pauses) in [(LONG, false), (Duration::ZERO, false), (Duration::ZERO, true)] {
        model(move || {
            let exporter = Exporter::new(100, ROOM);
            let worker = exporter.start_worker(pauses);
            let program = submit_and_flush(&exporter);
            exporter.submit(start());
            let report = exporter.shared.queue.shutdown(timeout);
            assert!(report.is_complete(), "{report}");
            assert_eq!(exporter.submit(start()), Some(DropReason::Shutdown));
            program.join().unwrap();
            worker.join().unwrap();
            let stats = exporter.stats();
            exporter.assert_done(&stats);
            assert_eq!((stats.submitted, stats.delivered + stats.dropped.shutdown), (3, 3));
            let arrived = exporter.arrived.lock().unwrap().len() as u64;
            // the answer may have come after the deadline
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
        exporter.shared.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn closing_does_not_delay_a_flush() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        let program = submit_and_flush(&exporter);
        exporter.shared.queue.close();
        program.join().unwrap();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn queued_runs_are_sent_after_closing() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        exporter.submit(start());
        exporter.shared.queue.close();
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
            own.shared.queue.add_thread();
            while let Some(batch) = own.dispatcher.next_batch() {
                own.dispatcher.send(&batch, || {
                    // as a function that takes warnings may
                    assert!(!own.flush().is_complete());
                    own.deliver(&batch);
                });
            }
        });
        exporter.submit(start());
        assert!(exporter.flush().is_lossless());
        exporter.shared.queue.close();
        worker.join().unwrap();
    });
}

/// A cancelled flush, which another thread waits for.
#[test]
fn a_cancelled_flush_ends_and_others_go_on() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        exporter.submit(start());
        let (ticket, over) = exporter.shared.queue.begin_flush(Instant::now());
        assert!(over.is_none());
        let cancelled = Arc::new(AtomicBool::new(false));
        let (own, cancelled_too) = (exporter.clone(), cancelled.clone());
        // nothing is sent: it ends because it was cancelled, or never
        let waiting =
            thread::spawn(move || own.shared.queue.end_flush(ticket, Instant::now(), LONG, &cancelled_too));
        exporter.shared.queue.cancel_flush(&cancelled);
        assert_eq!(waiting.join().unwrap().remaining, 1);
        let worker = exporter.start_worker(false);
        assert!(exporter.flush().is_lossless());
        exporter.shared.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
    });
}

#[test]
fn a_flush_covers_what_was_submitted_before_it_began() {
    model(|| {
        let exporter = Exporter::new(100, ROOM);
        let worker = exporter.start_worker(false);
        let first = start();
        let id = first.id();
        exporter.submit(first);
        let (ticket, over) = exporter.shared.queue.begin_flush(Instant::now());
        let own = exporter.clone();
        let waiting = thread::spawn(move || {
            let end = || own.shared.queue.end_flush(ticket, Instant::now(), LONG, &AtomicBool::new(false));
            let report = over.unwrap_or_else(end);
            assert!(report.is_lossless() && own.has(id), "{report}");
        });
        exporter.submit(start());
        waiting.join().unwrap();
        exporter.shared.queue.close();
        worker.join().unwrap();
        exporter.assert_done(&exporter.stats());
        assert_eq!(exporter.stats().delivered, 2);
    });
}
