//! `.with_parent(..)` on a box or a pinned reference means the traced call that lies right in it, and no other.

use std::pin::pin;

use futures::future::{BoxFuture, FutureExt, LocalBoxFuture};
use futures::stream::{self, BoxStream, Stream, StreamExt};
use traceable::prelude::*;

use crate::support::on_both_runtimes;

#[traceable(skip_output)]
fn other() -> RunTree {
    RunTree::current().unwrap()
}

#[traceable]
async fn child() {}

#[traceable]
fn boxed() -> BoxFuture<'static, ()> {
    child().boxed()
}

#[traceable]
fn local() -> LocalBoxFuture<'static, ()> {
    child().boxed_local()
}

#[traceable]
fn words() -> impl Stream<Item = i32> {
    stream::iter(0..2)
}

#[traceable]
fn boxed_words() -> BoxStream<'static, i32> {
    stream::iter(0..2).boxed()
}

#[traceable]
fn numbers() -> Box<dyn Iterator<Item = i32> + Send> {
    Box::new(0..2)
}

/// A box of a third kind.
fn shared() -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
    Box::pin(child())
}

#[test]
fn a_call_in_a_box_has_the_parent_that_is_given_to_the_box() {
    on_both_runtimes("other > (boxed > child, child, child, child)", async || {
        let run = other();
        boxed().with_parent(&run).await;
        child().boxed().with_parent(&run).await;
        shared().with_parent(&run).await;
        Box::pin(child()).with_parent(&run).await;
    });
    on_both_runtimes("other > (local > child, child)", async || {
        let run = other();
        local().with_parent(&run).await;
        child().boxed_local().with_parent(&run).await;
    });
    on_both_runtimes("other > (words, boxed_words, words, numbers)", async || {
        let run = other();
        words().boxed().with_parent(&run).count().await;
        boxed_words().with_parent(&run).count().await;
        Box::pin(words()).with_parent(&run).count().await;
        assert_eq!(numbers().with_parent(&run).count(), 2);
    });
}

#[test]
fn so_has_a_call_behind_a_pinned_reference() {
    on_both_runtimes("other > (child, child, numbers)", async || {
        let run = other();
        let called = pin!(child());
        called.with_parent(&run).await;
        let mut boxed = Box::pin(child());
        boxed.as_mut().with_parent(&run).await;
        assert_eq!(Box::new(numbers()).with_parent(&run).count(), 2);
    });
}

#[test]
fn a_call_inside_of_what_the_box_holds_stays_where_it_was_called() {
    #[traceable(skip_all)]
    async fn outer(run: RunTree) {
        let called_here = child();
        let block = async move {
            called_here.await;
            tokio::task::yield_now().await;
        };
        let block = block.boxed();
        block.with_parent(&run).await;

        let called_here = boxed();
        let block = async move {
            called_here.await;
        };
        Box::pin(block).with_parent(&run).await;

        let called_here = child();
        let block = async move {
            called_here.await;
        };
        block.boxed_local().with_parent(&run).await;
    }
    on_both_runtimes("other; outer > (child, boxed > child, child)", async || outer(other()).await);
}

#[test]
fn what_is_called_in_a_block_in_a_box_is_given_the_parent() {
    on_both_runtimes("other > (child, child)", async || {
        let run = other();
        let block = async {
            child().await;
        };
        block.boxed().with_parent(&run).await;
        let block = async {
            child().await;
        };
        Box::pin(block).with_parent(&run).await;
    });
}

#[test]
fn a_call_that_is_left_out_hands_the_parent_on_to_what_it_calls_and_to_nothing_it_was_given() {
    #[traceable(enabled = false, skip_all)]
    async fn left_out(given: impl Future<Output = ()>) {
        given.await;
        child().await;
    }
    #[traceable(skip_all)]
    async fn outer(run: RunTree) {
        Box::pin(left_out(boxed())).with_parent(&run).await;
    }
    on_both_runtimes("other > child; outer > boxed > child", async || outer(other()).await);
}
