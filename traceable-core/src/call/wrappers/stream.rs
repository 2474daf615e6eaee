//! Functions that return a stream.

use std::fmt;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;
use serde::Serialize;

use super::yielded;
use crate::call::generator_ending;
use crate::call::traced_call::Call;
use crate::capture::items::{Collect, Item, ItemBuffer, aggregate, each, reduce};
use crate::run::object_id::ObjectId;

/// Returns the stream; checks the type of its items.
#[inline]
pub fn stream_of<T, S: Stream<Item = T>>(stream: S) -> S {
    stream
}

/// Wraps a stream that an annotated function returned, and records its items one by one.
pub fn stream_each<S: Stream>(
    call: Call,
    stream: S,
    record: impl FnMut(&S::Item, &mut Item<'_>),
) -> TracedStream<S, impl Collect<S::Item>> {
    wrap(call, stream, each(record))
}

/// Wraps a stream whose items are recorded by what `fold` makes of them all.
pub fn stream_reduce<S: Stream, C, R: Serialize>(
    call: Call,
    stream: S,
    watch: impl FnMut(&S::Item, &mut Item<'_>),
    chunk: impl FnMut(&S::Item) -> Option<C>,
    fold: impl FnOnce(&[C]) -> R,
) -> TracedStream<S, impl Collect<S::Item>> {
    wrap(call, stream, reduce(watch, chunk, fold))
}

/// Wraps a stream whose items are folded into one value as they pass.
pub fn stream_aggregate<S: Stream, A: Serialize>(
    call: Call,
    stream: S,
    watch: impl FnMut(&S::Item, &mut Item<'_>),
    init: A,
    step: impl FnMut(&mut A, &S::Item) -> Option<()>,
) -> TracedStream<S, impl Collect<S::Item>> {
    wrap(call, stream, aggregate(watch, init, step))
}

fn wrap<S: Stream, C: Collect<S::Item>>(call: Call, stream: S, collect: C) -> TracedStream<S, C> {
    TracedStream { inner: Some(stream), call, collect, items: ItemBuffer::default() }
}

pin_project! {
    /// The stream of an annotated function: its run is open until it is exhausted or dropped.
    #[must_use = "streams do nothing unless polled"]
    pub struct TracedStream<S, C> where S: Stream, C: Collect<S::Item> {
        #[pin]
        inner: Option<S>,
        call: Call,
        collect: C,
        items: ItemBuffer,
    }

    impl<S, C> PinnedDrop for TracedStream<S, C> where S: Stream, C: Collect<S::Item> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.call.is_off() {
                let (collect, items) = (this.collect, this.items);
                this.call.drop_inside(&mut |()| this.inner.set(None), &mut |call: &mut Call| {
                    generator_ending::end(call, collect, items, true);
                });
            }
        }
    }
}

impl<S: Stream, C: Collect<S::Item>> Stream for TracedStream<S, C> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        let object = ObjectId::of(&*self);
        let this = self.project();
        let Some(mut inner) = this.inner.as_pin_mut() else { return Poll::Ready(None) };
        if this.call.is_off() {
            return inner.poll_next(cx);
        }
        let mut polled = Poll::Pending;
        let result = this.call.attempt(&object, &mut |()| polled = inner.as_mut().poll_next(cx));
        match (&result, &polled) {
            (Ok(()), Poll::Pending) => {}
            (Ok(()), Poll::Ready(Some(item))) => {
                yielded::item(this.call, this.collect, this.items, item);
            }
            (Ok(()), Poll::Ready(None)) => generator_ending::end(this.call, this.collect, this.items, false),
            (Err(panic), _) => generator_ending::panicked(this.call, this.collect, this.items, &**panic),
        }
        result.map_or_else(|panic| resume_unwind(panic), |()| polled)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}

impl<S: FusedStream, C: Collect<S::Item>> FusedStream for TracedStream<S, C> {
    fn is_terminated(&self) -> bool {
        self.inner.as_ref().is_none_or(S::is_terminated)
    }
}

/// As the stream itself.
impl<S: Stream + fmt::Debug, C: Collect<S::Item>> fmt::Debug for TracedStream<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.as_ref().map_or(Ok(()), |inner| inner.fmt(f))
    }
}
