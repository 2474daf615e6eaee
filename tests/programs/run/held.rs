//! Values that calls return and that are used up later.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::Poll;

use futures::future::BoxFuture;
use futures::stream::{BoxStream, Stream, StreamExt};
use traceable::TraceableExt as _;
use traceable::TracingContext;

use super::here::Here;
use crate::program::*;

/// What a body leaves to whoever waits for it.
pub(crate) type Kept = BTreeMap<Id, Held>;

/// How a traced function ends.
pub(crate) type Outcome = Result<Kept, Oops>;

/// What a generator yields: a number, or an error at the end.
pub(crate) type Item = Result<usize, Oops>;

#[derive(Debug)]
pub(crate) struct Oops;

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("oops")
    }
}

pub(crate) type BoxIter = Box<dyn Iterator<Item = Item> + Send>;

pub(crate) enum Held {
    Future(BoxFuture<'static, Outcome>, Arc<Gate>),
    Opening(BoxFuture<'static, Result<BoxStream<'static, Item>, Oops>>),
    Stream(BoxStream<'static, Item>),
    Iter(BoxIter),
    Done,
}

/// Where a future pauses: it goes on when it is polled after it was let through.
#[derive(Default)]
pub(crate) struct Gate {
    /// How many segments may begin.
    open: AtomicUsize,
    /// How many segments are through, and the future pauses.
    through: AtomicUsize,
}

impl Gate {
    pub(crate) fn let_all_through(&self) {
        self.open.store(ALL, SeqCst);
    }

    pub(crate) async fn pause(&self, through: usize) {
        self.through.store(through, SeqCst);
        std::future::poll_fn(|cx| {
            if self.open.load(SeqCst) > through {
                return Poll::Ready(());
            }
            // whoever opens the gate may be on another thread, and does not wake anybody
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl Held {
    /// Polls for `n` more items, or to the n-th pause. Returns what a future that ends leaves.
    pub(crate) async fn advance(&mut self, n: usize) -> Kept {
        if let Held::Future(future, gate) = self {
            let goal = gate.through.load(SeqCst).saturating_add(n);
            gate.open.store(goal, SeqCst);
            let through = gate.clone();
            let ended = std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
                Poll::Ready(ended) => Poll::Ready(Some(ended)),
                Poll::Pending if through.through.load(SeqCst) == goal => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            let Some(ended) = ended.await else { return Kept::new() };
            *self = Held::Done;
            return ended.unwrap_or_default();
        }
        if let Held::Opening(future) = self {
            *self = future.await.map_or(Held::Done, Held::Stream);
        }
        if let Held::Stream(stream) = self {
            for _ in 0..n {
                if stream.next().await.is_none() {
                    *self = Held::Done;
                    break;
                }
            }
        }
        self.advance_iter(n);
        Kept::new()
    }

    /// The same for an iterator. Others need somebody who waits for them.
    pub(crate) fn advance_iter(&mut self, n: usize) {
        if let Held::Iter(iter) = self {
            for _ in 0..n {
                if iter.next().is_none() {
                    *self = Held::Done;
                    break;
                }
            }
        }
    }
}

impl Here {
    pub(crate) fn wrap_future<F>(&self, future: F, wrapper: Wrapper) -> BoxFuture<'static, F::Output>
    where
        F: Future + Send + 'static,
    {
        match wrapper {
            Wrapper::Nothing => Box::pin(future),
            Wrapper::InCurrentRun => Box::pin(future.in_current_run()),
            Wrapper::WithParent(name, false) => Box::pin(future.with_parent(self.parent(name))),
            Wrapper::WithParent(name, true) => {
                let boxed: BoxFuture<'static, F::Output> = Box::pin(future);
                Box::pin(boxed.with_parent(self.parent(name)))
            }
            Wrapper::WithContext(name) => Box::pin(future.with_context(self.context(name))),
            Wrapper::Silent => Box::pin(future.with_context(silent())),
        }
    }

    pub(crate) fn wrap_stream<S>(&self, stream: S, wrapper: Wrapper) -> BoxStream<'static, S::Item>
    where
        S: Stream + Send + 'static,
    {
        match wrapper {
            Wrapper::Nothing => Box::pin(stream),
            Wrapper::InCurrentRun => Box::pin(stream.in_current_run()),
            Wrapper::WithParent(name, false) => Box::pin(stream.with_parent(self.parent(name))),
            Wrapper::WithParent(name, true) => {
                let boxed: Pin<Box<S>> = Box::pin(stream);
                Box::pin(boxed.with_parent(self.parent(name)))
            }
            Wrapper::WithContext(name) => Box::pin(stream.with_context(self.context(name))),
            Wrapper::Silent => Box::pin(stream.with_context(silent())),
        }
    }

    pub(crate) fn wrap_iter(
        &self,
        iter: impl Iterator<Item = Item> + Send + 'static,
        wrapper: Wrapper,
    ) -> BoxIter {
        match wrapper {
            Wrapper::Nothing => Box::new(iter),
            Wrapper::InCurrentRun => Box::new(iter.in_current_run()),
            Wrapper::WithParent(name, false) => Box::new(iter.with_parent(self.parent(name))),
            Wrapper::WithParent(name, true) => {
                let boxed: BoxIter = Box::new(iter);
                Box::new(boxed.with_parent(self.parent(name)))
            }
            Wrapper::WithContext(name) => Box::new(iter.with_context(self.context(name))),
            Wrapper::Silent => Box::new(iter.with_context(silent())),
        }
    }

    fn context(&self, name: Name) -> TracingContext {
        TracingContext::new().parent(self.parent(name))
    }
}

fn silent() -> TracingContext {
    TracingContext::new().enabled(false)
}
