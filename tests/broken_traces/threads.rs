//! Threads on which a trace may begin: that of `main`, that of a test.

use traceable::prelude::*;
use traceable::{assert_tree, trace};

use crate::{broken_traces_of, kinds, recorder};

#[traceable]
fn leaf() {}

#[test]
fn what_the_thread_of_a_test_calls_begins_a_trace_as_main_does() {
    let (_guard, recorder) = recorder();
    trace("parent").scope(|_| leaf());
    leaf();
    assert_eq!(recorder.runs().iter().filter(|run| run.broken_trace_reason().is_some()).count(), 0);
}

#[test]
fn a_thread_that_a_test_starts_is_no_thread_of_a_test_whatever_its_name() {
    #[traceable]
    fn in_pool() {}
    let (_guard, recorder) = recorder();
    let names = ["worker", "tokio-rt-worker", std::thread::current().name().unwrap()].map(str::to_owned);
    trace("parent").scope(|_| {
        in_pool();
        for name in names {
            std::thread::Builder::new().name(name).spawn(in_pool).unwrap().join().unwrap();
        }
    });
    assert_tree!(recorder.forest(), "parent > in_pool; in_pool; in_pool; in_pool");
    assert_eq!((broken_traces_of("::in_pool"), kinds().len()), (3, 1));
}
