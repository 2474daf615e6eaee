//! Annotated functions: when one is counted, listed and reported.

use traceable::diagnostics::{BrokenTraceReason, DiagnosticKind};
use traceable::prelude::*;
use traceable::testing::assert_no_broken_traces;
use traceable::{assert_tree, detached, diagnostics, trace};

use crate::{broken_trace_of, broken_traces_of, kinds, recorder, reports};

#[test]
fn a_child_that_is_a_root_elsewhere_is_reported_once_with_its_fix() {
    #[traceable]
    fn embed(x: i32) -> i32 {
        x
    }
    #[traceable(allow(lost_context))]
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
    assert_eq!(kinds(), [DiagnosticKind::BrokenTrace]);
    assert!(report.starts_with("broken trace: `embed` (tests/broken_traces/functions.rs:"), "{report}");
    assert!(report.contains("on a thread that carries no context"), "{report}");
    assert!(
        report.contains("Elsewhere it runs under `answer` (tests/broken_traces/functions.rs:"),
        "{report}"
    );
    assert!(report.contains("spawn(bind(|| ..))") && report.contains("#[traceable(root)]"), "{report}");
    assert!(!report.contains('\n'), "{report}");
    assert_eq!(broken_traces_of("::embed"), 3);
    let broken =
        diagnostics().broken_traces.into_iter().find(|broken| broken.function.ends_with("::embed")).unwrap();
    assert_eq!(broken.reason, BrokenTraceReason::NoContextOnThread);
    assert!(broken.likely_parent.unwrap().ends_with("::answer"));
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
    assert_eq!(broken_traces_of("::late_child"), 0, "where no trace is open there is no parent to lose");
    trace("open").scope(|_| std::thread::spawn(late_child).join().unwrap());
    assert_eq!(
        (broken_traces_of("::late_child"), reports()),
        (0, vec![]),
        "what is always a root is nobody's mistake"
    );
    late_parent();
    late_parent();
    assert_eq!(broken_traces_of("::late_child"), 1);
    assert_eq!(kinds(), [DiagnosticKind::BrokenTrace]);
}

#[test]
fn what_is_meant_to_be_a_root_is_no_broken_trace() {
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
    assert_eq!((broken_traces_of("::job"), broken_traces_of("::helper")), (0, 0));
    assert_eq!(reports(), [""; 0]);
    assert!(recorder.runs().iter().all(|run| !run.metadata.contains_key("broken_trace_reason")));
}

#[test]
fn each_reason_is_named() {
    #[traceable]
    async fn in_task() {}
    #[traceable]
    async fn elsewhere() {}
    #[traceable]
    fn with_bad_parent() {}
    #[traceable(allow(lost_context))]
    fn blocks() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { tokio::spawn(async { elsewhere().await }).await.unwrap() });
    }
    let (_guard, recorder) = recorder();
    for runtime in [
        tokio::runtime::Builder::new_current_thread().build().unwrap(),
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap(),
    ] {
        recorder.clear();
        runtime.block_on(async { tokio::spawn(async { in_task().await }).await.unwrap() });
        assert_eq!(broken_trace_of(&recorder, "in_task").0, "no_context_in_task");
    }
    blocks();
    let holder = recorder.run("blocks").id.to_string();
    assert_eq!(broken_trace_of(&recorder, "elsewhere"), ("other_task".to_owned(), Some(holder)));
    Extra::new().parent("no dotted order").call(with_bad_parent);
    assert_eq!(broken_trace_of(&recorder, "with_bad_parent").0, "bad_parent");
}

#[test]
fn a_test_can_assert_that_no_trace_was_broken() {
    #[traceable]
    fn broken_away() {}
    let (_guard, _recorder) = recorder();
    trace("open").scope(|_| {
        broken_away();
        std::thread::spawn(broken_away).join().unwrap();
    });
    let panic = std::panic::catch_unwind(assert_no_broken_traces).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("::broken_away` (tests/broken_traces/functions.rs:"), "{message}");
    assert!(message.contains("ContextThreadPool"), "{message}");
}
