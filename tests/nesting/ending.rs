//! How runs end: once, and as what happened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::oneshot;
use traceable::prelude::*;
use traceable::testing::{Recorder, Status};
use traceable::{ContextHandle, assert_tree, trace};

use crate::support::{child, forests, here, leaf, on_both_runtimes, pause};

#[traceable]
async fn never() -> i32 {
    child(1).await;
    std::future::pending().await
}

#[traceable]
async fn races() -> i32 {
    tokio::select! {
        biased;
        x = never() => x,
        x = child(2) => leaf(x),
    }
}

#[test]
fn the_loser_of_a_race_is_cancelled_and_leaks_no_context() {
    on_both_runtimes("races > (never [cancelled] > child, child, leaf)", async || {
        races().await;
    });
}

#[test]
fn a_cancelled_run_says_so() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let mut future = Box::pin(never());
        assert!(future.as_mut().now_or_never().is_none());
    });
    let run = recorder.run("never");
    assert_eq!(run.error.as_deref(), Some("Cancelled"));
    assert_eq!(run.metadata["cancelled"], true);
    assert!(run.end_time.is_some());
    assert_eq!((run.posts, run.patches), (1, 1));
}

#[test]
fn a_timeout_cancels() {
    // it is polled once, and it is too late then
    on_both_runtimes("top > (holds [cancelled] > (leaf, leaf), leaf)", async || {
        let top = trace("top").future(|_| async {
            assert!(tokio::time::timeout(Duration::ZERO, holds(None)).await.is_err());
            leaf(1);
        });
        top.await;
    });
}

#[test]
fn an_aborted_task_ends_once() {
    for forest in forests(async || {
        let top = trace("top").future(|_| async {
            let (started, has_started) = oneshot::channel();
            let task = tokio::spawn(holds(Some(started)));
            has_started.await.unwrap();
            task.abort();
            task.await.unwrap_err();
        });
        top.await;
    }) {
        assert_tree!(forest, "top > holds [cancelled] > (leaf, leaf)");
        for run in forest.runs() {
            assert_eq!((run.posts, run.patches), (1, 1), "{}", run.name);
        }
    }
}

#[test]
fn cancellation_may_be_no_error() {
    #[traceable(on_cancel = "ok")]
    async fn waits() {
        std::future::pending::<()>().await;
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        waits().now_or_never();
    });
    let run = recorder.run("waits");
    assert_eq!((run.error.clone(), run.status()), (None, Status::Cancelled));
}

struct CleansUp;
impl Drop for CleansUp {
    fn drop(&mut self) {
        leaf(0);
    }
}

#[traceable(skip_all)]
async fn holds(started: Option<oneshot::Sender<()>>) {
    let _cleans_up = CleansUp;
    leaf(1);
    if let Some(started) = started {
        started.send(()).unwrap();
    }
    std::future::pending::<()>().await;
}

#[test]
fn what_runs_while_a_future_is_dropped_is_under_it() {
    here("holds [cancelled] > (leaf, leaf); leaf", || {
        holds(None).now_or_never();
        leaf(2);
    });
    on_both_runtimes("top > (holds [cancelled] > (leaf, leaf), child, leaf)", async || {
        let top = trace("top").future(|_| async {
            tokio::select! {
                biased;
                () = holds(None) => {}
                _ = child(1) => {}
            }
            leaf(2);
        });
        top.await;
    });
}

#[traceable]
fn panics() {
    leaf(1);
    panic!("on purpose {}", leaf(1));
}

#[traceable]
async fn panics_later() {
    pause().await;
    panic!("later");
}

#[test]
fn a_panic_is_recorded_and_goes_on() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let panic = catch_unwind(panics).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), "on purpose 1");
        leaf(2);
        let panic = futures::executor::block_on(AssertUnwindSafe(panics_later()).catch_unwind()).unwrap_err();
        assert_eq!(*panic.downcast_ref::<&str>().unwrap(), "later");
        leaf(3);
    });
    assert_tree!(recorder.forest(), "panics [error] > (leaf, leaf); leaf; panics_later [error]; leaf");
    assert_eq!(recorder.run("panics").error.as_deref(), Some("panicked: on purpose 1"));
    assert_eq!(recorder.run("panics_later").error.as_deref(), Some("panicked: later"));
}

#[test]
fn a_panic_in_a_task_ends_its_run() {
    on_both_runtimes("panics_later [error]", async || {
        tokio::spawn(panics_later()).await.unwrap_err();
    });
}

type Fallible<T> = Result<T, std::num::ParseIntError>;

#[traceable]
fn parses(text: &str) -> Fallible<i32> {
    let n: i32 = text.parse()?;
    Ok(n)
}

#[test]
fn an_error_is_seen_through_an_alias() {
    let recorder = Recorder::new();
    recorder.scoped(|| {
        assert!(parses("x").is_err());
        assert_eq!(parses("7"), Ok(7));
    });
    assert_tree!(recorder.forest(), "parses [error]; parses");
    let run = recorder.run("parses");
    assert_eq!(run.error.as_deref(), Some("invalid digit found in string"));
    assert_eq!(run.inputs, serde_json::json!({"text": "x"}));
    assert_eq!(run.outputs, serde_json::json!({"output": null}));
}

#[test]
fn an_err_that_is_no_error() {
    fn is_missing(error: &std::num::ParseIntError) -> bool {
        *error.kind() == std::num::IntErrorKind::Empty
    }
    #[traceable(handled = is_missing)]
    fn lenient(text: &str) -> Fallible<i32> {
        text.parse()
    }
    here("lenient; lenient [error]", || {
        assert!(lenient("").is_err());
        assert!(lenient("x").is_err());
    });
}

#[test]
fn a_run_may_be_kept_open() {
    struct Reply {
        run: traceable::KeepOpen,
    }
    #[traceable(skip_output)]
    fn replies(#[run_tree] rt: RunTree) -> Reply {
        Reply { run: rt.keep_open() }
    }
    let recorder = Recorder::new();
    recorder.scoped(|| {
        let reply = replies();
        assert_tree!(recorder.forest(), "replies [open]");
        drop(reply.run);
    });
    assert_tree!(recorder.forest(), "replies");
}

struct Discard;
impl traceable::RunSink for Discard {
    fn submit(&self, _: traceable::RunOperation) {}
}

#[test]
fn a_deep_line_of_runs_costs_no_stack() {
    let mut run = RunTree::builder("root").sink(std::sync::Arc::new(Discard)).build();
    for _ in 0..5_000 {
        run = run.scope(|| traceable::trace("level").scope(RunTree::clone));
    }
    assert_eq!(run.dotted_order().unwrap().split('.').count(), 5_001);
    let small_stack = std::thread::Builder::new().stack_size(64 << 10);
    small_stack.spawn(move || drop(run)).unwrap().join().unwrap();
}

#[test]
fn a_deep_line_of_reserved_runs_costs_no_stack() {
    #[traceable(skip_all)]
    fn reserved(here: &mut Option<ContextHandle>) -> impl Future<Output = ()> + use<> {
        *here = Some(ContextHandle::current());
        async {}
    }
    fn line() -> (ContextHandle, Vec<BoxFuture<'static, ()>>) {
        let mut here = ContextHandle::current();
        let mut futures = Vec::new();
        for _ in 0..5_000 {
            let mut inside = None;
            futures.push(here.scope(|| reserved(&mut inside)).boxed());
            here = inside.unwrap();
        }
        (here, futures)
    }
    let context = TracingContext::new().sink(std::sync::Arc::new(Discard));
    let small_stack = std::thread::Builder::new().stack_size(128 << 10);
    let all = small_stack.spawn(move || {
        context.scope(|| {
            // never started, and started by the last
            drop(line());
            let (here, futures) = line();
            let order = here.scope(|| trace("last").scope(|last| last.dotted_order().unwrap()));
            drop(futures);
            order
        })
    });
    assert_eq!(all.unwrap().join().unwrap().split('.').count(), 5_001);
}
