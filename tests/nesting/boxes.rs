//! `.with_parent(..)` on a box or a pinned reference means the traced call that lies right in it, and no other.

use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt, LocalBoxFuture};
use futures::stream::{self, BoxStream, FusedStream, Stream, StreamExt};
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
fn so_has_a_call_behind_a_reference() {
    on_both_runtimes("other > (child, child, child, child, child, numbers, numbers)", async || {
        let run = other();
        pin!(child()).with_parent(&run).await;
        Box::pin(child()).as_mut().with_parent(&run).await;
        child().boxed().as_mut().with_parent(&run).await;
        (&mut child().boxed()).with_parent(&run).await;
        (&mut Box::pin(child())).with_parent(&run).await;
        assert_eq!(Box::new(numbers()).with_parent(&run).count(), 2);
        let many: &mut dyn Iterator<Item = i32> = &mut numbers();
        assert_eq!(many.with_parent(&run).count(), 2);
    });
}

#[test]
fn so_have_trait_objects_of_other_kinds() {
    #[traceable]
    fn two_ended() -> impl DoubleEndedIterator<Item = i32> + ExactSizeIterator {
        0..2
    }
    on_both_runtimes("other > (two_ended, two_ended, words)", async || {
        let run = other();
        let boxed: Box<dyn DoubleEndedIterator<Item = i32>> = Box::new(two_ended());
        assert_eq!(boxed.with_parent(&run).count(), 2);
        let boxed: Box<dyn ExactSizeIterator<Item = i32>> = Box::new(two_ended());
        assert_eq!(boxed.with_parent(&run).count(), 2);
        #[traceable(name = "words")]
        fn fused_words() -> impl FusedStream<Item = i32> {
            stream::iter(0..2).fuse()
        }
        let boxed: Pin<Box<dyn FusedStream<Item = i32> + Send>> = Box::pin(fused_words());
        assert_eq!(boxed.with_parent(&run).count().await, 2);
    });
}

/// No larger than what it holds.
struct Thin<F>(F);

impl<F: Future + Unpin> Future for Thin<F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.0.poll_unpin(cx)
    }
}

#[test]
fn what_is_around_a_call_is_not_the_call_be_it_as_large_or_larger() {
    #[traceable(skip_all)]
    async fn outer(run: RunTree) {
        let n = 7;
        child().map(|()| 7).with_parent(&run).await;
        child().map(move |()| n).with_parent(&run).await;
        child().fuse().with_parent(&run).await;
        Thin(child().boxed()).with_parent(&run).await;
        words().map(|x| x).with_parent(&run).count().await;
        words().map(move |x| x + n).with_parent(&run).count().await;
        numbers().map(drop).with_parent(&run).for_each(drop);
    }
    let tree = "other; outer > (child, child, child, child, words, words, numbers)";
    on_both_runtimes(tree, async || outer(other()).await);
}

/// Polls one future after the other in the same place.
struct Slot<F> {
    at: Option<F>,
    next: Vec<F>,
}

impl<F: Future<Output = ()> + Unpin> Future for Slot<F> {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            match self.at.as_mut().map(|at| at.poll_unpin(cx)) {
                Some(Poll::Pending) => return Poll::Pending,
                _ => self.at = self.next.pop(),
            }
            if self.at.is_none() {
                return Poll::Ready(());
            }
        }
    }
}

#[test]
fn a_place_that_is_used_again_is_not_the_call_that_lay_there() {
    #[traceable(skip_all)]
    async fn outer(run: RunTree) {
        let next = vec![child().boxed(), child().boxed()];
        Slot { at: None, next }.with_parent(&run).await;
    }
    on_both_runtimes("other; outer > (child, child)", async || outer(other()).await);
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
