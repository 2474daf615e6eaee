//! Blocks: the place where one is written is its call site.

use traceable::diagnostics::{BrokenTraceReason, DiagnosticKind};
use traceable::prelude::*;
use traceable::{assert_tree, diagnostics, trace};

use crate::{broken_traces_of, kinds, recorder, reports};

fn retrieve() -> u32 {
    trace("retrieve").scope(|_| ());
    line!() - 1
}

#[test]
fn a_block_that_is_a_child_here_and_a_root_there_is_listed_and_reported_once() {
    let (_guard, recorder) = recorder();
    let line = trace("answer").scope(|_| {
        std::thread::spawn(retrieve).join().unwrap();
        retrieve();
        std::thread::spawn(retrieve).join().unwrap()
    });
    assert_tree!(recorder.forest(), "answer > retrieve; retrieve; retrieve");
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(
        report.starts_with(&format!("broken trace: `retrieve` (tests/broken_traces/blocks.rs:{line})")),
        "{report}"
    );
    assert!(report.contains("under `answer` (tests/broken_traces/blocks.rs:"), "{report}");
    assert!(report.contains("spawn(bind(|| ..))"), "{report}");
    let broken =
        diagnostics().broken_traces.into_iter().find(|broken| broken.function == "retrieve").unwrap();
    assert_eq!((broken.file, broken.line, broken.count), ("tests/broken_traces/blocks.rs", line, 2));
    assert_eq!(broken.reason, BrokenTraceReason::NoContextOnThread);
    assert_eq!(broken.likely_parent.as_deref(), Some("answer"));
    let lost = recorder.runs().into_iter().find(|run| run.broken_trace_reason().is_some()).unwrap();
    assert_eq!(
        lost.metadata["broken_trace_site"],
        format!("retrieve (tests/broken_traces/blocks.rs:{line})")
    );
}

#[test]
fn an_asynchronous_block_has_a_call_site_too_and_those_on_one_line_are_two() {
    async fn both(first: bool) {
        let (a, b) = (trace("first"), trace("second"));
        if first {
            a.future(async |_| ()).await
        } else {
            b.try_future(async |_| Ok::<_, String>(())).await.unwrap()
        }
    }
    let (_guard, recorder) = recorder();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    runtime.block_on(trace("parent").future(async |_| {
        both(true).await;
        both(false).await;
        tokio::spawn(async { both(true).await }).await.unwrap();
    }));
    assert_tree!(recorder.forest(), "parent > (first, second); first");
    assert_eq!((broken_traces_of("first"), broken_traces_of("second")), (1, 0));
    assert_eq!(kinds(), [DiagnosticKind::BrokenTrace]);
}

#[test]
fn a_block_is_one_place_whatever_names_it_is_given() {
    fn numbered(number: u32) {
        trace(format!("round {number}")).scope(|_| ());
    }
    let (_guard, _recorder) = recorder();
    trace("rounds").scope(|_| {
        numbered(0);
        (1..4).for_each(|number| std::thread::spawn(move || numbered(number)).join().unwrap());
    });
    assert_eq!(kinds(), [DiagnosticKind::BrokenTrace]);
    assert_eq!(broken_traces_of("round 0"), 3);
}

#[test]
fn a_block_under_another_name_is_the_same_place() {
    fn renamed() {
        Extra::new().name("renamed").call(|| trace("plain").scope(|_| ()));
    }
    let (_guard, recorder) = recorder();
    trace("parent").scope(|_| {
        renamed();
        std::thread::spawn(renamed).join().unwrap();
    });
    assert_tree!(recorder.forest(), "parent > renamed; renamed");
    assert_eq!(kinds(), [DiagnosticKind::BrokenTrace]);
}

#[test]
fn a_block_with_more_children_than_anybody_reads_is_reported() {
    let (_guard, _recorder) = recorder();
    trace("forever").scope(|_| (0..10_001).for_each(|_| trace("round").scope(|_| ())));
    let [report] = &reports()[..] else { panic!("{:?}", reports()) };
    assert!(
        report.contains("`forever` (tests/broken_traces/blocks.rs:") && report.contains("10000"),
        "{report}"
    );
}
