//! Runtimes that go, tasks that are aborted, panics on the way out: each run ends once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};

use futures::FutureExt as _;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use traceable::prelude::*;
use traceable::testing::Recorder;
use traceable::{ContextHandle, Envelope, RunOperation, RunSink, assert_tree, bind, detached, trace};

use crate::support::{child, everywhere, forests, leaf, on_both_runtimes, runtimes};

async fn in_top(inside: impl Future<Output = ()>) {
    trace("top").future(|_| inside).await;
}

#[traceable(skip_all)]
async fn serves(started: oneshot::Sender<()>) {
    child(1).await;
    started.send(()).unwrap();
    std::future::pending::<()>().await;
}

#[test]
fn a_runtime_that_goes_cancels_what_its_tasks_had_open() {
    for runtime in runtimes() {
        let recorder = Recorder::new();
        let test = in_top(async {
            let (started, has_started) = oneshot::channel();
            tokio::spawn(serves(started));
            has_started.await.unwrap();
        });
        runtime.block_on(test.with_context(recorder.context()));
        assert_tree!(recorder.forest(), "top > serves [open] > child");
        drop(runtime);
        assert_tree!(recorder.forest(), "top > serves [cancelled] > child");
        assert!(recorder.runs().iter().all(|run| (run.posts, run.patches) == (1, 1)));
    }
}

// A process may go while a run is open: its post has been submitted by then, so its children have a parent.
#[test]
fn what_never_ends_was_told_when_it_began() {
    for runtime in runtimes() {
        let recorder = Recorder::new();
        let (release, released) = mpsc::channel::<()>();
        let test = in_top(async {
            let (started, has_started) = oneshot::channel();
            let blocks = move || {
                trace("blocks").scope(|_| {
                    leaf(1);
                    started.send(()).unwrap();
                    let _ = released.recv();
                });
            };
            tokio::task::spawn_blocking(bind(blocks));
            has_started.await.unwrap();
        });
        runtime.block_on(test.with_context(recorder.context()));
        runtime.shutdown_background();
        assert_tree!(recorder.forest(), "top > blocks [open] > leaf");
        let open = recorder.run("blocks");
        assert_eq!((open.posts, open.patches), (1, 0));
        drop(release);
    }
}

#[traceable(skip_all)]
async fn aborts_itself(handle: oneshot::Receiver<AbortHandle>) {
    leaf(1);
    // aborted in the middle of a poll, by the task itself: as by another thread
    handle.await.unwrap().abort();
    leaf(2);
    std::future::pending::<()>().await;
}

#[test]
fn a_task_that_is_aborted_while_it_is_polled_ends_once() {
    for forest in forests(async || {
        in_top(async {
            let (give, handle) = oneshot::channel();
            let task = tokio::spawn(aborts_itself(handle));
            give.send(task.abort_handle()).unwrap();
            assert!(task.await.unwrap_err().is_cancelled());
            leaf(3);
        })
        .await;
    }) {
        assert_tree!(forest, "top > (aborts_itself [cancelled] > (leaf, leaf), leaf)");
        assert!(forest.runs().iter().all(|run| (run.posts, run.patches) == (1, 1)));
    }
}

#[test]
fn a_task_that_is_aborted_before_it_is_polled_leaves_no_run() {
    on_both_runtimes("top > leaf", async || {
        in_top(async {
            let (open, gate) = oneshot::channel::<()>();
            let later = child(1);
            let task = tokio::spawn(async {
                gate.await.unwrap();
                later.await
            });
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert!(open.send(()).is_err());
            leaf(1);
        })
        .await;
    });
}

struct BadValue;
impl serde::Serialize for BadValue {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("while it is recorded");
    }
}

/// A sink that panics.
struct BadSink;
impl RunSink for BadSink {
    fn submit(&self, _: RunOperation) {
        panic!("in a sink");
    }
}

/// What is called while its owner is dropped, or unwound.
struct CleansUp;
impl Drop for CleansUp {
    fn drop(&mut self) {
        #[traceable]
        fn takes(value: BadValue) -> BadValue {
            value
        }
        takes(BadValue);
        Extra::new().sink(Arc::new(BadSink)).call(|| leaf(1));
    }
}

#[traceable]
async fn panics() {
    let _cleans_up = CleansUp;
    tokio::task::yield_now().await;
    panic!("on purpose");
}

#[traceable]
async fn passes_on() {
    let _cleans_up = CleansUp;
    panics().await;
}

#[test]
fn a_panic_that_is_caught_leaves_its_context_behind() {
    on_both_runtimes(
        "top > (panics [error] > takes, leaf, passes_on [error] > (panics [error] > takes, takes), leaf)",
        async || {
            in_top(async {
                AssertUnwindSafe(panics()).catch_unwind().await.unwrap_err();
                leaf(1);
                tokio::spawn(passes_on()).await.unwrap_err();
                leaf(2);
            })
            .await;
        },
    );
}

#[test]
fn every_scope_is_left_by_a_panic() {
    fn panics() {
        panic!("on purpose");
    }
    everywhere("other > leaf; top > (leaf, leaf, leaf, leaf, leaf, leaf, leaf, block [error], leaf)", || {
        let other = RunTree::builder("other").build();
        other.post();
        let (here, bound, envelope) =
            other.scope(|| (ContextHandle::current(), bind(panics), Envelope::new(())));
        trace("top").scope(|_| {
            let scopes: [Box<dyn FnOnce()>; 8] = [
                Box::new(|| other.scope(panics)),
                Box::new(|| here.scope(panics)),
                Box::new(bound),
                Box::new(|| envelope.open(|()| panics())),
                Box::new(|| detached(panics)),
                Box::new(|| Extra::new().parent(&other).call(panics)),
                Box::new(|| TracingContext::new().parent(&other).scope(panics)),
                Box::new(|| trace("block").scope(|_| panics())),
            ];
            for (x, scope) in scopes.into_iter().enumerate() {
                assert!(catch_unwind(AssertUnwindSafe(scope)).is_err());
                leaf(x as i32);
            }
        });
        other.scope(|| leaf(1));
        other.end().patch();
    });
}

#[test]
fn a_panic_in_the_middle_of_another_aborts_nothing() {
    for forest in forests(async || {
        let panic = AssertUnwindSafe(passes_on()).catch_unwind().await.unwrap_err();
        assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "on purpose");
        // a call that is dropped by the unwinding of another is cancelled, not panicked
        let panic = catch_unwind(|| {
            let mut open = trace("open").future(|_| std::future::pending::<()>()).boxed();
            assert!((&mut open).now_or_never().is_none());
            panic!("on purpose");
        });
        assert!(panic.is_err());
    }) {
        assert_tree!(forest, "passes_on [error] > (panics [error] > takes, takes); open [cancelled]");
        for run in forest.runs().iter().filter(|run| run.name == "takes") {
            let marker = run.inputs["value"].as_str().unwrap();
            assert!(marker.contains("not recorded") && run.error.is_none(), "{marker}");
        }
    }
}
