//! The other mistakes: late children, runs that grow for ever, what nobody polls, ids given twice, extras that nobody takes.

use std::time::{Duration, SystemTime};

use traceable::diagnostics::DiagnosticKind;
use traceable::prelude::*;
use traceable::{assert_tree, diagnostics, trace};

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
    for _ in 0..3 {
        Extra::new().run_id(id).call(with_id);
    }
    assert_eq!(diagnostics().duplicate_run_ids, before + 2);
    assert_eq!(recorder.runs()[1].metadata["dup_of"], id.to_string());
    assert_eq!(kinds(), [DiagnosticKind::DuplicateRunId], "once for a function");
    let said = &reports()[0];
    assert!(
        said.contains("`with_id` (tests/broken_traces/mistakes.rs:") && said.contains(&id.to_string()),
        "{said}"
    );
    // at each place where a run is made by hand, too
    for _ in 0..2 {
        RunTree::builder("by hand").run_id(id).build().post().patch();
    }
    assert_eq!(kinds(), [DiagnosticKind::DuplicateRunId; 2]);
    assert!(reports()[1].contains("`by hand` (tests/broken_traces/mistakes.rs:"), "{:?}", reports());
}

#[traceable(project = "on attribute")]
fn with_project() {}

#[test]
fn a_project_that_is_named_below_a_run_is_reported_once_for_its_place() {
    #[traceable]
    fn plain() {}
    let (_guard, recorder) = recorder();
    // where a trace begins, each has its way
    with_project();
    Extra::new().project("p").call(plain);
    TracingContext::new().project("p").scope(plain);
    assert_eq!(recorder.runs().len(), 3);
    assert_eq!(reports(), [""; 0]);
    trace("around").project("p").scope(|around| {
        // to name the trace's own is no mistake
        Extra::new().project("p").call(plain);
        TracingContext::new().project("p").scope(plain);
        for _ in 0..2 {
            with_project();
            TracingContext::new().project("x").scope(plain);
            trace("block").project("x").scope(|_| plain());
            around.create_child("by hand").project("x").build().post().patch();
        }
    });
    assert_eq!(kinds(), [DiagnosticKind::UnusedProject; 4]);
    for (report, (name, project)) in reports().iter().zip([
        ("with_project", "on attribute"),
        ("plain", "x"),
        ("block", "x"),
        ("by hand", "x"),
    ]) {
        let place = format!("`{name}` (tests/broken_traces/mistakes.rs:");
        assert!(report.contains(&place) && report.contains(&format!("{project:?}")), "{report}");
        assert!(report.contains("below `around`") && report.contains("#[traceable(root)]"), "{report}");
    }
    #[traceable]
    fn handler() {}
    let order = "20261122T132433386589Z01a2036e-0bea-710d-96ed-c3ae3327ba63";
    let headers = [("langsmith-trace", order), ("baggage", "langsmith-project=p")];
    Extra::new().parent(headers).project("x").call(handler);
    assert!(
        reports()[4].contains("`handler`") && reports()[4].contains("another process"),
        "{:?}",
        reports()
    );
    let below = recorder.runs().into_iter().skip(3);
    assert!(below.map(|run| run.project).all(|project| project.as_deref() == Some("p")));
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
