//! What is entered is left again: in whatever order, although it is leaked, beside whatever else is current.

use std::cell::Cell;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::oneshot;
use traceable::prelude::*;
use traceable::{assert_tree, task, trace};

use crate::support::{all, child, forests, here, leaf, on_both_runtimes};

#[traceable]
async fn inner() {
    leaf(1);
    tokio::task::yield_now().await;
    leaf(2);
    std::future::pending::<()>().await;
}

#[traceable(skip_all)]
async fn outer(out: oneshot::Sender<BoxFuture<'static, ()>>) {
    let _ = out.send(inner().boxed());
    std::future::pending::<()>().await;
}

/// Both are open; the outer one goes first.
fn leaves_in_the_wrong_order() {
    let (out, mut inside) = oneshot::channel();
    let mut outer = outer(out).boxed();
    assert!((&mut outer).now_or_never().is_none());
    let mut inner = inside.try_recv().unwrap();
    assert!((&mut inner).now_or_never().is_none());
    drop(outer);
    assert!((&mut inner).now_or_never().is_none());
    drop(inner);
    leaf(3);
}

// There are no guards to drop in the wrong order, but futures are left in any.
#[test]
fn runs_that_are_left_in_the_wrong_order_leave_nothing_behind() {
    let expected = "outer [cancelled] > inner [cancelled] > (leaf, leaf); leaf";
    here(expected, leaves_in_the_wrong_order);
    on_both_runtimes(expected, async || leaves_in_the_wrong_order());
    on_both_runtimes(&format!("top > ({})", expected.replace(';', ",")), async || {
        trace("top").future(|_| async { leaves_in_the_wrong_order() }).await;
    });
}

#[test]
fn a_run_that_is_leaked_stays_open_and_is_not_the_parent_of_what_follows() {
    fn leaks() {
        let mut leaked = inner().boxed();
        assert!((&mut leaked).now_or_never().is_none());
        std::mem::forget(leaked);
        leaf(3);
        // a scope cannot be leaked, only what is made in it
        trace("block").scope(|_| std::mem::forget(child(4)));
        leaf(5);
    }
    let expected = "inner [open] > leaf; leaf; block; leaf";
    here(expected, leaks);
    on_both_runtimes(expected, async || {
        tokio::spawn(async { leaks() }.in_current_run()).await.unwrap();
    });
}

thread_local! {
    /// What another library takes for the current span.
    static SPAN: Cell<&'static str> = const { Cell::new("") };
}

/// The other library's scope.
async fn in_span<F: Future>(span: &'static str, future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(move |cx| {
        let before = SPAN.replace(span);
        let polled = future.as_mut().poll(cx);
        SPAN.set(before);
        polled
    })
    .await
}

// No parent is derived from what other libraries have for current: it may be filtered, or not be carried.
#[test]
fn spans_of_another_library_neither_give_a_parent_nor_take_one() {
    #[traceable]
    async fn works() {
        child(1).await;
    }
    #[traceable]
    async fn parent() {
        let here = in_span("q", async {
            Extra::new().metadata("span", SPAN.get()).call(works).await;
            // the other library's span is lost on the way, ours is not
            let spawned = task::spawn(async {
                Extra::new().metadata("span", SPAN.get()).call(works).await;
            });
            spawned.await.unwrap();
        });
        here.await;
    }
    for forest in forests(async || in_span("around", async { parent().await }).await) {
        assert_tree!(forest, "parent > (works > child, works > child)");
        let spans: Vec<_> = all(&forest, "works").iter().map(|run| run.metadata["span"].clone()).collect();
        assert_eq!(spans[0], "q");
    }
}
