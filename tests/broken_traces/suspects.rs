//! Whom a lost run may have belonged to: named where it is known or likely, and never made the parent.

use std::sync::Barrier;

use traceable::prelude::*;
use traceable::{assert_tree, trace};

use crate::{broken_trace_of, broken_traces_of, id_of, recorder, reports};

#[traceable]
fn lost() {}

/// What has never been a child has no parent to lose.
fn make_it_a_child() {
    trace("elsewhere").scope(|_| lost());
}

#[test]
fn the_only_open_trace_is_suspected_and_never_made_the_parent() {
    #[traceable]
    fn open() {
        std::thread::spawn(lost).join().unwrap();
    }
    let (_guard, recorder) = recorder();
    make_it_a_child();
    recorder.clear();
    open();
    assert_tree!(recorder.forest(), "open; lost");
    assert_eq!(
        broken_trace_of(&recorder, "lost"),
        ("no_context_on_thread".to_owned(), id_of(&recorder, "open"))
    );
}

#[test]
fn of_two_open_traces_neither_is_suspected() {
    let (_guard, recorder) = recorder();
    make_it_a_child();
    recorder.clear();
    let barrier = &Barrier::new(2);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(move || {
                trace("one of two").scope(|_| {
                    barrier.wait();
                    std::thread::spawn(lost).join().unwrap();
                    barrier.wait();
                });
            });
        }
    });
    assert_eq!(broken_trace_of(&recorder, "lost").1, None);
}

#[test]
fn what_only_ever_begins_traces_is_not_listed_and_suspects_nobody() {
    #[traceable(allow(lost_context))]
    fn handler(next: usize) {
        if next > 0 {
            std::thread::spawn(move || handler(next - 1)).join().unwrap();
        }
    }
    #[traceable]
    fn other_handler() {}
    let (_guard, recorder) = recorder();
    std::thread::spawn(|| handler(1)).join().unwrap();
    assert_tree!(recorder.forest(), "handler; handler");
    trace("another request").scope(|_| std::thread::spawn(other_handler).join().unwrap());
    assert_eq!(broken_trace_of(&recorder, "other_handler"), ("no_context_on_thread".to_owned(), None));
    assert_eq!(
        (broken_traces_of("::handler"), broken_traces_of("::other_handler"), reports()),
        (0, 0, vec![])
    );
}

#[test]
fn a_run_of_the_same_function_is_never_suspected() {
    #[traceable(allow(lost_context))]
    fn request(calls_another: bool) {
        if calls_another {
            std::thread::spawn(|| request(false)).join().unwrap();
        }
    }
    let (_guard, recorder) = recorder();
    trace("as a child").scope(|_| request(false));
    recorder.clear();
    request(true);
    assert_tree!(recorder.forest(), "request; request");
    assert!(recorder.runs().iter().all(|run| !run.metadata.contains_key("suspected_parent")));
    assert_eq!(broken_traces_of("::request"), 1);
}

#[test]
fn a_root_that_nobody_ends_is_open_as_long_as_somebody_holds_it() {
    let (_guard, recorder) = recorder();
    make_it_a_child();
    recorder.clear();
    let forgotten = RunTree::builder("forgotten").build();
    forgotten.post();
    trace("open").scope(|_| std::thread::spawn(lost).join().unwrap());
    assert_eq!(broken_trace_of(&recorder, "lost").1, None, "either of them may be the parent");
    drop(forgotten);
    recorder.clear();
    trace("open").scope(|_| std::thread::spawn(lost).join().unwrap());
    assert_eq!(broken_trace_of(&recorder, "lost").1, id_of(&recorder, "open"));
}
