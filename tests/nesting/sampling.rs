//! What is recorded, and where: decided at the root, the same for all that is below.

use std::sync::{Arc, Barrier};

use futures::stream::{self, Stream, StreamExt as _};
use traceable::prelude::*;
use traceable::testing::{Forest, Recorder};
use traceable::{assert_tree, bind, is_sampled, process, task};

use crate::support::{alone, child, forests, here, leaf, runtimes};

#[traceable]
fn items() -> impl Stream<Item = i32> {
    stream::iter(0..2).then(child)
}

/// Nests in all ways. The decision is in the handle, and in the headers that another process continues by.
#[traceable]
async fn works() -> bool {
    let rt = RunTree::current().unwrap();
    tokio::spawn(child(1)).await.unwrap();
    task::spawn(async { child(2).await }).await.unwrap();
    items().count().await;
    tokio::task::spawn_blocking(bind(|| leaf(3))).await.unwrap();
    let headers = rt.to_headers();
    Extra::new().parent(headers).call(|| child(4)).await;
    let trace = rt.trace_id().unwrap();
    assert_eq!(rt.is_recorded(), is_sampled(trace, 0.5));
    rt.is_recorded()
}

const WORKS: &str = "works > (child, child, items > (child, child), leaf, child)";

#[test]
fn a_trace_is_recorded_whole_or_not_at_all() {
    alone("sampling::a_trace_is_recorded_whole_or_not_at_all", |recorder| {
        process::set_sampling_rate(0.5);
        for runtime in runtimes() {
            recorder.clear();
            let mut recorded = 0;
            runtime.block_on(async {
                for _ in 0..40 {
                    recorded += usize::from(works().await);
                }
            });
            assert!((1..40).contains(&recorded), "{recorded} of 40 traces at a rate of a half");
            assert_tree!(recorder.forest(), &vec![WORKS; recorded].join("; "));
        }
        process::set_sampling_rate(0.0);
        recorder.clear();
        // a run by hand, a sink by name: nothing below is sampled again
        let run = RunTree::builder("by hand").build();
        run.post();
        let other = Recorder::new();
        run.scope(|| other.scoped(|| leaf(1)));
        run.patch();
        assert!(recorder.runs().is_empty() && other.runs().is_empty());
    });
}

#[test]
fn the_handle_of_a_trace_that_is_not_recorded_says_so_to_other_processes() {
    #[traceable]
    fn client(#[run_tree] rt: RunTree) -> Vec<(String, String)> {
        assert_eq!(RunTree::current().unwrap().to_headers(), rt.to_headers());
        rt.to_headers()
    }
    alone("sampling::the_handle_of_a_trace_that_is_not_recorded_says_so_to_other_processes", |recorder| {
        process::set_sampling_rate(0.0);
        let headers = client();
        Extra::new().parent(headers).call(|| leaf(1));
        assert_tree!(recorder.forest(), "");
    });
}

/// Two of these are open at once.
#[traceable(skip_all)]
fn test_on_a_thread(both: &Barrier) {
    leaf(1);
    both.wait();
    std::thread::spawn(bind(|| leaf(2))).join().unwrap();
    both.wait();
}

#[test]
fn what_is_recorded_by_two_tests_at_once_is_kept_apart() {
    let both = Barrier::new(2);
    let expected = "test_on_a_thread > (leaf, leaf)";
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| here(expected, || test_on_a_thread(&both)));
        }
    });

    #[traceable(skip_all)]
    async fn test_in_a_task(name: &'static str, both: Arc<tokio::sync::Barrier>) {
        child(1).await;
        both.wait().await;
        tokio::spawn(child(2)).await.unwrap();
        let inside = Extra::new().name(name).call(|| child(3));
        task::spawn(inside).await.unwrap();
        both.wait().await;
    }
    let around: [Forest; 2] = forests(async || {
        let both = Arc::new(tokio::sync::Barrier::new(2));
        let tests = ["a", "b"].map(|name| {
            let recorder = Recorder::new();
            let test = test_in_a_task(name, both.clone()).with_context(recorder.context());
            (tokio::spawn(test), recorder, name)
        });
        for (test, recorder, name) in tests {
            test.await.unwrap();
            assert_tree!(recorder.forest(), &format!("test_in_a_task > (child, child, {name})"));
        }
    });
    for forest in around {
        assert_tree!(forest, "");
    }
}
