//! What the tests share.

use tokio::runtime::{Builder, Runtime};
use traceable::assert_tree;
use traceable::prelude::*;
use traceable::testing::{Forest, RecordedRun, Recorder};
use traceable_test_server::own_process::alone_as;
pub(crate) use traceable_test_server::own_process::output_of;

/// Runs the test on one thread and on several, and asserts the tree of both.
#[track_caller]
pub(crate) fn on_both_runtimes(expected: &str, test: impl AsyncFn()) {
    for forest in forests(test) {
        assert_tree!(forest, expected);
    }
}

/// What the test records on one thread, and on several.
pub(crate) fn forests(test: impl AsyncFn()) -> [Forest; 2] {
    watched(async |_| test().await)
}

/// As [`forests`], for a test that looks at what is recorded while it runs.
pub(crate) fn watched(test: impl AsyncFn(Recorder)) -> [Forest; 2] {
    runtimes().map(|runtime| {
        let recorder = Recorder::new();
        runtime.block_on(test(recorder.clone()).with_context(recorder.context()));
        recorder.forest()
    })
}

/// A runtime of one thread, and one of several.
pub(crate) fn runtimes() -> [Runtime; 2] {
    let one = Builder::new_current_thread().enable_all().build().unwrap();
    let many = Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
    [one, many]
}

/// What the test records, on this thread.
#[track_caller]
pub(crate) fn here(expected: &str, test: impl FnOnce()) {
    let recorder = Recorder::new();
    recorder.scoped(test);
    assert_tree!(recorder.forest(), expected);
}

/// Runs a test of threads without a runtime, then on one thread of a runtime and on several.
#[track_caller]
pub(crate) fn everywhere(expected: &str, test: impl Fn()) {
    here(expected, &test);
    on_both_runtimes(expected, async || test());
}

/// Runs a test in a process of its own, where it may change what holds for the whole process. The recorder is the
/// default sink there: it receives also what has lost its context.
#[track_caller]
pub(crate) fn alone(name: &str, test: impl FnOnce(&Recorder)) {
    alone_as(name, || test(&Recorder::install()));
}

/// All runs of this name.
pub(crate) fn all<'a>(forest: &'a Forest, name: &str) -> Vec<&'a RecordedRun> {
    forest.runs().iter().filter(|run| run.name == name).collect()
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

/// Calls a closure that gives a future, and awaits it, inside a run of its own: what libraries that retry do.
#[traceable(skip_all)]
pub(crate) async fn with_retry<F: Future<Output = i32>>(future: F) -> i32 {
    future.await
}
