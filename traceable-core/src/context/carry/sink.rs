//! `TraceableSinkExt`: `futures` sinks that carry a context.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use futures_sink::Sink;

use super::in_context::InContext;
use super::target;
use crate::context::extra::Extra;
use crate::context::handle::ContextHandle;
use crate::context::parent::IntoParent;
use crate::context::tracing_context::TracingContext;

/// [`TraceableExt`](crate::TraceableExt) of sinks.
///
/// A trait of its own, and not in the prelude, because many types are a stream and a sink at once: for those
/// `.in_current_run()` would be ambiguous. What `TraceableExt` makes of such a type carries its context as a sink, too.
///
/// ```
/// use traceable_core::TraceableSinkExt;
/// # fn example(sink: impl futures_sink::Sink<String>) {
/// let sink = sink.in_current_run();
/// # let _ = sink;
/// # }
/// ```
pub trait TraceableSinkExt<Item>: Sink<Item> + Sized {
    /// Carries the current context: what the sink calls as it takes items nests here.
    fn in_current_run(self) -> InContext<Self> {
        ContextHandle::current().carry(self)
    }

    /// Names the parent of what the sink calls.
    fn with_parent(self, parent: impl IntoParent) -> InContext<Self> {
        InContext::with_extra(self, Extra::new().parent(parent), target::of_other)
    }

    /// Has the sink take items inside a [`TracingContext`].
    fn with_context(self, context: TracingContext) -> InContext<Self> {
        InContext::with_context(self, context)
    }
}

impl<Item, S: Sink<Item>> TraceableSinkExt<Item> for S {}

impl<Item, S: Sink<Item>> Sink<Item> for InContext<S> {
    type Error = S::Error;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        match self.enter() {
            Some((_entered, sink)) => sink.poll_ready(cx),
            // only a drop takes it away
            None => Poll::Pending,
        }
    }

    fn start_send(self: Pin<&mut Self>, item: Item) -> Result<(), S::Error> {
        match self.enter() {
            Some((_entered, sink)) => sink.start_send(item),
            None => Ok(()),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        match self.enter() {
            Some((_entered, sink)) => sink.poll_flush(cx),
            None => Poll::Pending,
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        match self.enter() {
            Some((_entered, sink)) => sink.poll_close(cx),
            None => Poll::Pending,
        }
    }
}
