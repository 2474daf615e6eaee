//! Calls that are not recorded.

use std::sync::{Arc, Mutex};

use futures::FutureExt as _;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{RunOperation, RunSink, assert_tree, trace};

use crate::lazy_forms::{RUNS, calls, drive};
use traceable_test_server::own_process::alone_as;

use crate::support::{child, here, leaf, on_both_runtimes};

#[traceable(enabled = on)]
async fn middle(on: bool) -> i32 {
    tokio::spawn(child(1)).await.unwrap() + leaf(2)
}

#[traceable]
async fn top(on: bool) {
    middle(on).await;
    tokio::spawn(middle(on)).await.unwrap();
}

#[test]
fn a_function_that_is_switched_off_leaves_its_children_to_the_next_above() {
    on_both_runtimes("top > (middle > (child, leaf), middle > (child, leaf))", async || top(true).await);
    on_both_runtimes("top > (child, leaf, child, leaf)", async || top(false).await);
}

#[test]
fn a_context_that_is_switched_off_silences_everything_inside() {
    on_both_runtimes("leaf; leaf", async || {
        leaf(1);
        let off = TracingContext::new().enabled(false);
        off.scope(|| {
            leaf(2);
            trace("block").scope(|run| assert!(!run.is_recorded()));
        });
        top(true).with_context(off.clone()).await;
        tokio::spawn(off.scope(|| child(3))).await.unwrap();
        leaf(4);
    });
}

#[test]
fn a_sink_of_its_own_makes_a_trace_inside_one_that_goes_nowhere() {
    #[traceable(skip_all)]
    fn root(recorder: &Recorder) {
        leaf(1);
        // only a sink of its own makes a new trace here
        recorder.scoped(|| leaf(2));
    }
    let recorder = Recorder::new();
    root(&recorder);
    assert_tree!(recorder.forest(), "leaf");
}

#[test]
fn what_is_not_recorded_is_not_serialised() {
    struct Counts;
    impl serde::Serialize for Counts {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            panic!("this call is not recorded");
        }
    }
    #[traceable]
    fn takes(value: Counts) -> Counts {
        value
    }
    let recorder = Recorder::new();
    let before = traceable::process::unrecorded_values();
    recorder.scoped(|| TracingContext::new().enabled(false).scope(|| takes(Counts)));
    assert_eq!(traceable::process::unrecorded_values(), before);
}

#[test]
fn serialisation_opens_no_runs() {
    struct Traced;
    impl serde::Serialize for Traced {
        fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
            s.serialize_i32(leaf(1))
        }
    }
    #[traceable]
    fn takes(value: Traced) -> Traced {
        value
    }
    here("takes", || {
        takes(Traced);
    });
}

#[test]
fn a_handle_is_inactive_while_a_call_is_off() {
    #[traceable(enabled = false)]
    fn off(#[run_tree] rt: RunTree) -> bool {
        rt.is_active()
    }
    let recorder = Recorder::new();
    recorder.scoped(|| assert!(!off()));
    assert!(recorder.runs().is_empty());
}

#[test]
fn the_first_calls_of_a_process_are_recorded_if_they_are_given_a_recorder() {
    let name = "off::the_first_calls_of_a_process_are_recorded_if_they_are_given_a_recorder";
    alone_as(name, || {
        // nothing is installed yet
        let first = drive(calls(|| ()));
        let recorder = Recorder::new();
        futures::executor::block_on(first.with_context(recorder.context()));
        assert_tree!(recorder.forest(), &RUNS.replace(',', ";"));
        assert_eq!(recorder.run("leaf").inputs, serde_json::json!({"x": 1}));
    });
}

#[test]
fn a_call_is_recorded_although_others_were_not_before_there_was_a_recorder() {
    let name = "off::a_call_is_recorded_although_others_were_not_before_there_was_a_recorder";
    alone_as(name, || {
        leaf(1);
        futures::executor::block_on(child(1));
        let recorder = Recorder::new();
        futures::executor::block_on(child(2).with_context(recorder.context()));
        assert_tree!(recorder.forest(), "child");
        assert_eq!(recorder.run("child").inputs, serde_json::json!({"x": 2}));
    });
}

#[test]
fn a_sink_of_the_programs_own_receives_the_first_call_too() {
    let name = "off::a_sink_of_the_programs_own_receives_the_first_call_too";
    #[derive(Default)]
    struct Names(Mutex<Vec<String>>);
    impl RunSink for Names {
        fn submit(&self, operation: RunOperation) {
            self.0.lock().unwrap().push(operation.name().to_owned());
        }
    }
    alone_as(name, || {
        let names = Arc::new(Names::default());
        let first = child(1).with_context(TracingContext::new().sink(names.clone()));
        futures::executor::block_on(first);
        assert_eq!(*names.0.lock().unwrap(), ["child", "child"]);
    });
}

#[test]
fn a_call_that_began_while_nothing_was_recorded_is_not_recorded_later() {
    let name = "off::a_call_that_began_while_nothing_was_recorded_is_not_recorded_later";
    alone_as(name, || {
        let mut began = Box::pin(child(1));
        assert!((&mut began).now_or_never().is_none());
        let recorder = Recorder::new();
        futures::executor::block_on(began.with_context(recorder.context()));
        assert_tree!(recorder.forest(), "");
    });
}

/// What a function asks of its own run works with tracing on, off, not sampled and outside of any run.
#[test]
fn the_current_run_is_there_to_be_asked_whether_it_is_recorded_or_not() {
    #[traceable]
    fn asks() -> bool {
        let run = RunTree::current_or_inactive();
        run.add_metadata("k", 1).add_tags(["t"]).add_event("e").set_outputs(serde_json::json!({"a": 1}));
        let inner = Extra::new().parent(&run).call(|| leaf(1));
        assert_eq!((inner, run == RunTree::current_or_inactive()), (1, true));
        run.is_recorded()
    }
    assert!(!RunTree::default().is_active());
    assert!(!asks());
    for forest in crate::support::forests(async || {
        assert!(asks());
        assert!(!TracingContext::new().enabled(false).scope(asks));
        assert!(!RunTree::current_or_inactive().is_active());
    }) {
        assert_tree!(forest, "asks > leaf");
        assert_eq!(forest.runs()[0].metadata["k"], 1);
    }
}
