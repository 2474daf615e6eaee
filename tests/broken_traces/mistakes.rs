//! The other mistakes: late children, runs that grow for ever, what nobody polls, ids given twice, extras that nobody takes.

use std::time::{Duration, SystemTime};

use traceable::diagnostics::DiagnosticKind;
use traceable::prelude::*;
use traceable::{assert_tree, diagnostics};

use crate::{kinds, recorder, reports};

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
fn an_extra_that_no_call_takes_is_reported_once_for_its_place() {
    fn not_traced() {}
    let (_guard, _recorder) = recorder();
    for _ in 0..3 {
        Extra::new().name("nobody takes it").call(not_traced);
    }
    Extra::new().name("elsewhere").call(not_traced);
    assert_eq!(kinds(), [DiagnosticKind::UnusedExtra; 2]);
    let line = line!() - 2;
    assert!(reports()[1].contains(&format!("(tests/broken_traces/mistakes.rs:{line})")), "{:?}", reports());
    assert!(
        reports()[0].contains(&format!("(tests/broken_traces/mistakes.rs:{})", line - 2)),
        "{:?}",
        reports()
    );
}
