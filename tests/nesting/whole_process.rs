//! What holds for the whole process: its default sink, and what went wrong in it.

use std::sync::Mutex;

use traceable::diagnostics::DiagnosticKind;
use traceable::prelude::*;
use traceable::process::{install_sink, install_sink_guarded};
use traceable::testing::Recorder;
use traceable::trace;

use crate::support::alone;

/// A manual run ends by `patch`; one that nobody can end any more stays open, and that is said once for each place.
#[test]
fn a_manual_run_that_is_left_open_is_counted_and_reported() {
    static REPORTS: Mutex<Vec<(DiagnosticKind, String)>> = Mutex::new(Vec::new());
    let name = "whole_process::a_manual_run_that_is_left_open_is_counted_and_reported";
    alone(name, |_| {
        traceable::set_diagnostic_hook(|report| {
            REPORTS.lock().unwrap().push((report.kind, report.to_string()));
        });
        let left_open = || traceable::diagnostics().left_open;
        for _ in 0..2 {
            let _ = RunTree::builder("early return").build().post();
        }
        let parent = RunTree::builder("parent").build();
        let child = parent.post().create_child("child").build();
        child.post().end();
        // the child holds its parent, which somebody could still end
        drop(parent);
        assert_eq!(left_open(), 2);
        drop(child);
        assert_eq!(left_open(), 4);

        // these are whole, or were never sent
        RunTree::builder("ended").build().post().end().patch();
        RunTree::builder("at once").build().end().post();
        RunTree::builder("at once").build().patch();
        drop(RunTree::builder("never posted").build());
        RunTree::from_headers(&RunTree::builder("remote").build().to_headers()[..]).unwrap().unwrap();
        TracingContext::new().enabled(false).scope(|| {
            RunTree::builder("off").build().post();
        });
        trace("block").scope(|_| ());
        assert_eq!(left_open(), 4);

        let reports = REPORTS.lock().unwrap();
        assert_eq!(reports.len(), 3, "{reports:?}");
        assert!(reports.iter().all(|(kind, _)| *kind == DiagnosticKind::LeftOpen), "{reports:?}");
        assert!(
            reports[0].1.starts_with("run left open: `early return` (tests/nesting/whole_process.rs:"),
            "{reports:?}"
        );
        assert!(traceable::diagnostics().to_string().contains("4 runs left open"));
    });
}

/// Guards may be dropped in any order.
#[test]
fn a_default_sink_is_there_as_long_as_its_guard() {
    alone("whole_process::a_default_sink_is_there_as_long_as_its_guard", |first| {
        let [a, b] = [Recorder::new(), Recorder::new()];
        let goes_to = |expected: &Recorder| {
            trace("block").scope(|_| ());
            for recorder in [first, &a, &b] {
                assert_eq!(recorder.runs().len(), usize::from(std::ptr::eq(recorder, expected)));
                recorder.clear();
            }
        };
        let of_a = install_sink_guarded(a.sink());
        goes_to(&a);
        let of_b = install_sink_guarded(b.sink());
        goes_to(&b);
        drop(of_b);
        goes_to(&a);
        let of_b = install_sink_guarded(b.sink());
        drop(of_a);
        goes_to(&b);
        drop(of_b);
        goes_to(first);

        // what the program installs meanwhile stays
        let of_a = install_sink_guarded(a.sink());
        install_sink(b.sink());
        drop(of_a);
        goes_to(&b);
    });
}
