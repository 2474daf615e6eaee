//! Runs that begin a trace of their own against their will: what they say, and who is told.
//!
//! What is counted is counted for the whole process, so the tests of this file run one after the other.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::{Duration, SystemTime};

use traceable::diagnostics::{DiagnosticKind, SplitReason, set_reporter};
use traceable::prelude::*;
use traceable::testing::{Recorder, assert_no_splits};
use traceable::{assert_tree, detached, diagnostics};

static REPORTS: Mutex<Vec<(DiagnosticKind, String)>> = Mutex::new(Vec::new());

/// Records everything, for one test at a time.
fn recorder() -> (MutexGuard<'static, ()>, Recorder) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    static REPORTER: Once = Once::new();
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    REPORTER.call_once(|| {
        set_reporter(|diagnostic| REPORTS.lock().unwrap().push((diagnostic.kind, diagnostic.to_string())));
    });
    REPORTS.lock().unwrap().clear();
    (guard, Recorder::install())
}

fn reports() -> Vec<String> {
    REPORTS.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
}

/// What the run of this name says about its split.
fn split_of(recorder: &Recorder, name: &str) -> (String, Option<String>) {
    let metadata = recorder.run(name).metadata;
    let text = |key| metadata.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    (text("split_reason").unwrap_or_default(), text("suspected_parent"))
}

/// How often the runs of this function began traces against their will.
fn splits_of(function: &str) -> u64 {
    let splits = diagnostics().splits;
    splits.iter().filter(|split| split.function.ends_with(function)).map(|split| split.count).sum()
}

#[test]
fn a_child_that_is_a_root_elsewhere_is_reported_once_with_its_fix() {
    #[traceable]
    fn embed(x: i32) -> i32 {
        x
    }
    #[traceable]
    fn answer() {
        embed(1);
        for _ in 0..3 {
            std::thread::spawn(|| embed(2)).join().unwrap();
        }
    }
    let (_guard, recorder) = recorder();
    answer();
    assert_tree!(recorder.forest(), "answer > embed; embed; embed; embed");
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert_eq!(REPORTS.lock().unwrap()[0].0, DiagnosticKind::Split);
    assert!(report.starts_with("split trace: `embed` (tests/splits.rs:"), "{report}");
    assert!(report.contains("on a thread that carries no context"), "{report}");
    assert!(report.contains("Elsewhere it runs under `answer` (tests/splits.rs:"), "{report}");
    assert!(report.contains("spawn(bind(|| ..))") && report.contains("#[traceable(root)]"), "{report}");
    assert!(!report.contains('\n'), "{report}");
    assert_eq!(splits_of("::embed"), 3);
    let split = diagnostics().splits.into_iter().find(|split| split.function.ends_with("::embed")).unwrap();
    assert_eq!(split.reason, SplitReason::NoContextOnThread);
    assert!(split.likely_parent.unwrap().ends_with("::answer"));
}

#[test]
fn a_root_that_is_a_child_elsewhere_is_reported_when_that_is_seen() {
    #[traceable]
    fn late_child() {}
    #[traceable]
    fn late_parent() {
        late_child();
    }
    let (_guard, _recorder) = recorder();
    std::thread::spawn(late_child).join().unwrap();
    assert_eq!(splits_of("::late_child"), 0, "where no trace is open there is no parent to lose");
    traceable::trace("open").scope(|_| std::thread::spawn(late_child).join().unwrap());
    assert_eq!(splits_of("::late_child"), 1);
    assert_eq!(reports(), [""; 0], "a function that is always a root is nobody's mistake");
    late_parent();
    late_parent();
    assert_eq!(reports().len(), 1);
}

#[test]
fn what_is_meant_to_be_a_root_is_no_split() {
    #[traceable(root)]
    fn job() {}
    #[traceable]
    fn helper() {}
    #[traceable]
    fn uses_both() {
        helper();
        job();
        std::thread::spawn(job).join().unwrap();
        std::thread::spawn(|| detached(helper)).join().unwrap();
    }
    let (_guard, recorder) = recorder();
    detached(uses_both);
    assert_tree!(recorder.forest(), "uses_both > helper; job; job; helper");
    assert_eq!((splits_of("::job"), splits_of("::helper")), (0, 0));
    assert_eq!(reports(), [""; 0]);
    assert!(recorder.runs().iter().all(|run| !run.metadata.contains_key("split_reason")));
}

#[test]
fn the_only_open_trace_is_suspected_and_never_made_the_parent() {
    #[traceable]
    fn lost() {}
    #[traceable]
    fn open() {
        std::thread::spawn(lost).join().unwrap();
    }
    let (_guard, recorder) = recorder();
    open();
    assert_tree!(recorder.forest(), "open; lost");
    let suspected = Some(recorder.run("open").id.to_string());
    assert_eq!(split_of(&recorder, "lost"), ("no_context_on_thread".to_owned(), suspected));

    recorder.clear();
    let barrier = &std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                traceable::trace("one of two").scope(|_| {
                    barrier.wait();
                    std::thread::spawn(lost).join().unwrap();
                    barrier.wait();
                });
            });
        }
    });
    assert_eq!(split_of(&recorder, "lost").1, None, "of two open traces neither is likelier");
}

#[test]
fn each_reason_is_named() {
    #[traceable]
    async fn in_task() {}
    #[traceable]
    async fn fenced() {}
    #[traceable]
    fn with_bad_parent() {}
    #[traceable]
    fn blocks() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { tokio::spawn(async { fenced().await }).await.unwrap() });
    }
    let (_guard, recorder) = recorder();
    for runtime in [
        tokio::runtime::Builder::new_current_thread().build().unwrap(),
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap(),
    ] {
        recorder.clear();
        runtime.block_on(async { tokio::spawn(async { in_task().await }).await.unwrap() });
        assert_eq!(split_of(&recorder, "in_task").0, "no_context_in_task");
    }
    blocks();
    let holder = recorder.run("blocks").id.to_string();
    assert_eq!(split_of(&recorder, "fenced"), ("fenced_task".to_owned(), Some(holder)));
    Extra::new().parent("no dotted order").call(with_bad_parent);
    assert_eq!(split_of(&recorder, "with_bad_parent").0, "bad_parent");
}

#[test]
fn a_child_of_a_run_that_has_ended_is_late_and_one_of_long_ago_is_reported() {
    #[traceable]
    fn late() {}
    let (_guard, recorder) = recorder();
    let before = diagnostics();
    let run = RunTree::builder("done").build();
    run.post().end().patch();
    run.scope(late);
    assert_tree!(recorder.forest(), "done > late");
    assert_eq!(recorder.run("late").metadata["late_start"], true);
    assert_eq!(diagnostics().late_children, before.late_children + 1);
    assert_eq!(reports(), [""; 0], "to be late is no mistake");

    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let old = RunTree::builder("old").start_time(hour_ago).build();
    old.post().set_end_time(hour_ago + Duration::from_secs(1)).end().patch();
    old.scope(late);
    old.scope(late);
    assert_eq!(diagnostics().stale_parents, before.stale_parents + 2);
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(report.contains("`old`, which ended 35") && report.contains("detached"), "{report}");
}

#[test]
fn a_run_with_more_children_than_anybody_reads_is_reported() {
    #[traceable]
    fn round() {}
    #[traceable]
    fn forever() {
        for _ in 0..10_002 {
            round();
        }
    }
    let (_guard, _recorder) = recorder();
    let before = diagnostics().overgrown_runs;
    forever();
    assert_eq!(diagnostics().overgrown_runs, before + 1);
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(report.contains("`forever`") && report.contains("10000"), "{report}");
}

#[test]
fn what_nobody_polls_and_what_is_dropped_is_counted() {
    #[traceable]
    async fn pending() {
        std::future::pending::<()>().await;
    }
    #[traceable]
    fn numbers() -> impl Iterator<Item = i32> {
        0..3
    }
    let (_guard, recorder) = recorder();
    let before = diagnostics();
    drop(pending());
    drop(numbers());
    assert_eq!(diagnostics().never_polled, before.never_polled + 2);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let timed_out = runtime.block_on(async { tokio::time::timeout(Duration::ZERO, pending()).await });
    assert!(timed_out.is_err());
    assert_eq!(diagnostics().cancelled, before.cancelled + 1);
    assert_eq!(recorder.runs().len(), 1);
}

#[test]
fn a_run_id_that_is_given_twice_is_counted() {
    #[traceable]
    fn with_id() {}
    let (_guard, recorder) = recorder();
    let before = diagnostics().duplicate_run_ids;
    let id = traceable::new_run_id(traceable::Timestamp::now());
    for _ in 0..2 {
        Extra::new().run_id(id).call(with_id);
    }
    assert_eq!(diagnostics().duplicate_run_ids, before + 1);
    assert_eq!(recorder.runs()[1].metadata["dup_of"], id.to_string());
}

#[test]
fn a_test_can_assert_that_nothing_was_split() {
    #[traceable]
    fn split_away() {}
    let (_guard, _recorder) = recorder();
    traceable::trace("open").scope(|_| std::thread::spawn(split_away).join().unwrap());
    let panic = std::panic::catch_unwind(assert_no_splits).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("::split_away` (tests/splits.rs:"), "{message}");
    assert!(message.contains("ContextThreadPool"), "{message}");
}
