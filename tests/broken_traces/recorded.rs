//! A recorder's own look: at the runs that it recorded.

use std::panic::{AssertUnwindSafe, catch_unwind};

use traceable::diagnostics::BrokenTraceReason;
use traceable::prelude::*;
use traceable::trace;

use crate::recorder;

#[traceable]
fn leaf() {}

fn message_of(check: impl FnOnce()) -> String {
    *catch_unwind(AssertUnwindSafe(check)).unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn it_names_every_lost_run_with_its_reason_and_what_to_write() {
    let (_guard, recorder) = recorder();
    leaf();
    trace("parent").scope(|_| leaf());
    recorder.assert_no_broken_traces();
    std::thread::spawn(leaf).join().unwrap();
    Extra::new().parent("no dotted order").call(|| trace("block").scope(|_| ()));
    let message = message_of(|| recorder.assert_no_broken_traces());
    let [_, first, second] = message.lines().collect::<Vec<_>>()[..] else { panic!("{message}") };
    assert!(
        first.starts_with("`leaf`, by broken_traces::recorded::leaf (tests/broken_traces/recorded.rs:"),
        "{first}"
    );
    assert!(first.contains("no_context_on_thread") && first.contains("spawn(bind(|| ..))"), "{first}");
    assert!(second.starts_with("`block`, by block (tests/broken_traces/recorded.rs:"), "{second}");
    assert!(second.contains("langsmith-trace"), "{second}");
    let reasons: Vec<_> = recorder.runs().iter().filter_map(|run| run.broken_trace_reason()).collect();
    assert_eq!(reasons, [BrokenTraceReason::NoContextOnThread, BrokenTraceReason::BadParent]);
    recorder.clear();
    recorder.assert_no_broken_traces();
}
