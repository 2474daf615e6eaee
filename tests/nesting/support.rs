//! What the tests share.

use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::{Forest, Recorder};

/// Runs the test on one thread and on several, and asserts the tree of both.
#[track_caller]
pub(crate) fn on_both_runtimes(expected: &str, test: impl AsyncFn()) {
    for forest in forests(test) {
        assert_tree!(forest, expected);
    }
}

/// What the test records on one thread, and on several.
pub(crate) fn forests(test: impl AsyncFn()) -> [Forest; 2] {
    let one = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    [one, many].map(|runtime| {
        let recorder = Recorder::new();
        runtime.block_on(test().with_context(recorder.context()));
        recorder.forest()
    })
}

/// What the test records, on this thread.
#[track_caller]
pub(crate) fn here(expected: &str, test: impl FnOnce()) {
    let recorder = Recorder::new();
    recorder.scoped(test);
    assert_tree!(recorder.forest(), expected);
}

/// Lets other tasks run.
pub(crate) async fn pause() {
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
}

#[traceable]
pub(crate) async fn child(x: i32) -> i32 {
    pause().await;
    x
}

#[traceable]
pub(crate) fn leaf(x: i32) -> i32 {
    x
}

/// Calls a closure that gives a future, and awaits it, inside a run of its own: what retry helpers do.
#[traceable(skip_all)]
pub(crate) async fn with_retry<F: Future<Output = i32>>(future: F) -> i32 {
    future.await
}
