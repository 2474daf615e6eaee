//! Handing over neither waits nor fails, and a flush is a barrier, wherever they are called.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::server::{Answer, Server};
use crate::support::{LONG, config, delivered_names, exporter, exporter_for, mains, run};
use traceable_core::testing::Recorder;
use traceable_core::{RunSink, RunTree, TracingContext, trace};
use traceable_exporter::{Exporter, Replica, Replicas};

/// More than a loaded machine takes a thread's turn away for.
const AT_ONCE: Duration = Duration::from_millis(500);

#[test]
fn submitting_does_not_wait_while_a_request_is_stuck() {
    let server = Server::start();
    server.rule(|_| Answer::Stall(LONG));
    let exporter = exporter(config(&server.url()).max_queue_bytes(300_000));
    run(&exporter, "stuck");
    let begun = Instant::now();
    while server.requests().is_empty() {
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..300 {
                    let begun = Instant::now();
                    run(&exporter, "r");
                    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
                }
            });
        }
    });
    let stats = exporter.stats();
    assert_eq!(stats.submitted, 2 * (1 + 8 * 300));
    assert!(stats.dropped.queue_full > 0 && stats.queued_bytes <= 300_000, "{stats:?}");
    assert_eq!(stats.submitted, stats.delivered + stats.dropped.total() + stats.queued);
}

/// An exporter whose own warning handler submits a run to it, for each warning, and flushes. Counts the warnings.
fn submitting_on_warning(server: &Server, max_queue_bytes: usize) -> (Arc<Exporter>, Arc<AtomicUsize>) {
    let own: Arc<Mutex<Option<Arc<Exporter>>>> = Arc::default();
    let warnings = Arc::<AtomicUsize>::default();
    let (seen, count) = (own.clone(), warnings.clone());
    let on_warning = move |_: &str| {
        count.fetch_add(1, Relaxed);
        let exporter = seen.lock().unwrap().clone().unwrap();
        run(&exporter, "of the handler");
        let _ = exporter.flush(Duration::from_millis(50));
    };
    let exporter = exporter(config(&server.url()).on_warning(on_warning).max_queue_bytes(max_queue_bytes));
    *own.lock().unwrap() = Some(exporter.clone());
    (exporter, warnings)
}

#[test]
fn a_warning_handler_may_submit_runs_on_any_thread() {
    // on the exporter's own
    let server = Server::start();
    server.script([Answer::Status(400)]);
    let (exporter, warnings) = submitting_on_warning(&server, 1 << 20);
    run(&exporter, "rejected");
    assert!(exporter.flush(LONG).is_complete());
    assert!(exporter.flush(LONG).is_complete());
    assert_eq!((warnings.load(Relaxed), delivered_names(&server)), (1, vec!["of the handler".to_owned()]));
    // on the one that submits, where there is no room
    let (exporter, warnings) = submitting_on_warning(&server, 100);
    run(&exporter, "does not fit");
    assert_eq!(warnings.load(Relaxed), 1);
    // what it calls is a part of the submission there, and opens no runs
    assert_eq!((exporter.stats().submitted, exporter.stats().dropped.queue_full), (2, 2));
}

/// Submits a run when it is dropped, and waits for it.
struct AtTheEnd(Arc<Exporter>);

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        run(&self.0, "at the end");
        assert!(self.0.flush(LONG).is_lossless());
    }
}

#[test]
fn runs_are_submitted_and_flushed_while_a_panic_unwinds() {
    let server = Server::start();
    let exporter = exporter_for(&server);
    let own = exporter.clone();
    let panicked = catch_unwind(AssertUnwindSafe(move || {
        let _end = AtTheEnd(own);
        panic!("of the program");
    }));
    assert!(panicked.is_err());
    assert_eq!(delivered_names(&server), ["at the end"]);
}

#[test]
fn runs_are_submitted_and_flushed_when_a_thread_ends() {
    thread_local!(static END: RefCell<Option<AtTheEnd>> = const { RefCell::new(None) });
    let server = Server::start();
    let exporter = exporter_for(&server);
    let own = exporter.clone();
    let thread = std::thread::spawn(move || {
        END.with(|end| *end.borrow_mut() = Some(AtTheEnd(own)));
        // makes what the thread keeps for runs, which is gone before or after
        let run = RunTree::builder("before").build();
        run.scope(|| ());
    });
    thread.join().unwrap();
    assert_eq!(delivered_names(&server), ["at the end"]);
}

#[test]
fn every_flush_of_many_at_once_has_a_report_that_is_right() {
    let server = Server::start();
    server.rule(|_| {
        std::thread::sleep(Duration::from_millis(5));
        Answer::Status(202)
    });
    let exporter = exporter_for(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..20 {
                    run(&exporter, "r");
                    // what was there before, of this thread, is there after
                    let before = exporter.stats().submitted;
                    let patient = n % 2 == 0;
                    let timeout = if patient { LONG } else { Duration::from_millis(1) };
                    let report = exporter.flush(timeout);
                    assert!(
                        report.delivered + report.dropped.total() + report.remaining >= before,
                        "{report}"
                    );
                    assert_eq!(report.is_complete(), report.remaining == 0);
                    assert!(!patient || report.is_lossless(), "{report}");
                }
            });
        }
    });
    assert!(exporter.flush(LONG).is_lossless());
    assert_eq!(exporter.stats().delivered, 8 * 20 * 2);
}

#[test]
fn who_ends_a_root_run_waits_if_that_is_wanted() {
    let server = Server::start();
    let settings = config(&server.url()).batch_delay(LONG).flush_on_root_end(true);
    let exporter = exporter(settings.exit_timeout(LONG));
    let root = RunTree::builder("root").sink(exporter.clone()).build();
    root.post();
    let child = root.create_child("child").build();
    child.post().end().patch();
    assert!(server.requests().is_empty(), "only the end of the root is a moment to wait");
    root.end().patch();
    assert_eq!((exporter.stats().delivered, delivered_names(&server).len()), (4, 2));
}

#[test]
fn what_hangs_under_a_run_of_another_process_is_waited_for_as_a_root_is() {
    let server = Server::start();
    for (sink, destinations) in waiting(&server) {
        let headers = RunTree::builder("caller").build().to_headers();
        let caller = RunTree::from_headers(&headers).unwrap().unwrap();
        let before = delivered_names(&server).len();
        let top = caller.create_child("handler").sink(sink).build();
        top.post();
        top.create_child("child").build().post().end().patch();
        assert_eq!(delivered_names(&server).len(), before, "only the end of the top is a moment to wait");
        top.end().patch();
        assert_eq!(delivered_names(&server).len(), before + 2 * destinations);
    }
}

/// Sinks that wait for the end of a trace: an exporter, and one for two destinations.
fn waiting(server: &Server) -> [(Arc<dyn RunSink>, usize); 2] {
    let settings = || config(&server.url()).batch_delay(LONG).flush_on_root_end(true).exit_timeout(LONG);
    let both = settings().replica(Replica::new()).replica(Replica::new().project("copy")).build().unwrap();
    [(exporter(settings()), 1), (Arc::new(Replicas::new(both)), 2)]
}

/// How many runs have arrived with their end.
fn ended(server: &Server) -> usize {
    let has_ended = |(_, main): &(String, serde_json::Value)| main["end_time"].is_string();
    server.requests().iter().flat_map(mains).filter(has_ended).count()
}

#[test]
fn who_ends_a_run_after_its_root_waits_as_well() {
    let server = Server::start();
    for (sink, destinations) in waiting(&server) {
        let headers = RunTree::builder("caller").build().to_headers();
        let caller = RunTree::from_headers(&headers).unwrap().unwrap();
        let elsewhere = RunTree::builder("elsewhere").sink(Recorder::new().sink()).build();
        let roots = [
            RunTree::builder("root").sink(sink.clone()).build(),
            caller.create_child("handler").sink(sink.clone()).build(),
            // the sink hears of nothing above it
            elsewhere.create_child("top").sink(sink.clone()).build(),
        ];
        for root in roots {
            let other = RunTree::builder("other").sink(sink.clone()).build();
            let before = ended(&server);
            let arrived = || (ended(&server) - before) / destinations;
            root.post();
            other.post();
            let [open, late] = ["open", "late"].map(|name| root.create_child(name).build());
            let below = late.create_child("below").build();
            for run in [&open, &late, &below] {
                run.post();
            }
            open.end().patch();
            assert_eq!(arrived(), 0, "the root is still open");
            root.end().patch();
            assert_eq!(arrived(), 2);
            below.end().patch();
            assert_eq!(arrived(), 3, "its root has ended, its parent has not");
            other.create_child("of another").build().post().end().patch();
            assert_eq!(arrived(), 3, "that is a trace that is still open");
            // the other one's came along
            late.end().patch();
            assert_eq!(arrived(), 5);
            late.create_child("begun late").build().post().end().patch();
            assert_eq!(arrived(), 6);
            other.end().patch();
            assert_eq!(arrived(), 7);
        }
    }
}

#[test]
fn a_root_that_is_kept_open_is_waited_for_at_its_end() {
    let server = Server::start();
    for (sink, destinations) in waiting(&server) {
        let before = ended(&server);
        let arrived = || (ended(&server) - before) / destinations;
        let (run, kept) = TracingContext::new()
            .sink(sink)
            .scope(|| trace("root").scope(|run| (run.clone(), run.keep_open())));
        run.scope(|| trace("child").scope(|_| ()));
        assert_eq!(arrived(), 0);
        drop(kept);
        assert_eq!(arrived(), 2);
    }
}

#[test]
fn runs_that_end_on_other_threads_while_the_root_does_are_all_there_at_last() {
    let server = Server::start();
    for (sink, destinations) in waiting(&server) {
        let before = ended(&server);
        for _ in 0..10 {
            let root = RunTree::builder("root").sink(sink.clone()).build();
            root.post();
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    let child = root.create_child("child").build();
                    scope.spawn(move || child.post().end().patch().id());
                }
                root.end().patch();
            });
        }
        assert_eq!(ended(&server) - before, 10 * 5 * destinations);
    }
}

#[test]
fn who_ends_a_root_run_does_not_wait_for_ever() {
    let server = Server::start();
    server.rule(|_| Answer::Stall(LONG));
    let settings = config(&server.url()).flush_on_root_end(true).exit_timeout(Duration::from_millis(300));
    let exporter = exporter(settings);
    let begun = Instant::now();
    run(&exporter, "root");
    let took = begun.elapsed();
    assert!((Duration::from_millis(300)..Duration::from_secs(2)).contains(&took), "{took:?}");
    // by default nobody waits
    let exporter = exporter_for(&server);
    let begun = Instant::now();
    run(&exporter, "root");
    assert!(begun.elapsed() < Duration::from_millis(300));
}
