//! `TraceableBodyExt`: HTTP bodies that carry a context. A server polls them long after the handler has returned.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use http_body::{Body, Frame, SizeHint};

use super::in_context::InContext;
use super::target;
use crate::context::extra::Extra;
use crate::context::handle::ContextHandle;
use crate::context::parent::IntoParent;
use crate::context::tracing_context::TracingContext;

/// [`TraceableExt`](crate::TraceableExt) of HTTP bodies.
///
/// A trait of its own, and not in the prelude, because many bodies are streams as well: for those `.in_current_run()`
/// would be ambiguous. What `TraceableExt` makes of such a type carries its context as a body, too.
///
/// ```
/// use traceable_core::TraceableBodyExt;
/// # fn example(body: impl http_body::Body) {
/// let body = body.in_current_run();
/// # let _ = body;
/// # }
/// ```
pub trait TraceableBodyExt: Body + Sized {
    /// Carries the current context: what produces the frames nests here.
    fn in_current_run(self) -> InContext<Self> {
        ContextHandle::current().carry(self)
    }

    /// Names the parent of what produces the frames.
    fn with_parent(self, parent: impl IntoParent) -> InContext<Self> {
        InContext::with_extra(self, Extra::new().parent(parent), target::of_other)
    }

    /// Has the frames produced inside a [`TracingContext`].
    fn with_context(self, context: TracingContext) -> InContext<Self> {
        InContext::with_context(self, context)
    }
}

impl<B: Body> TraceableBodyExt for B {}

impl<B: Body> Body for InContext<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        match self.enter() {
            Some((_entered, body)) => body.poll_frame(cx),
            // only a drop takes it away
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner().is_none_or(B::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner().map_or_else(SizeHint::default, B::size_hint)
    }
}
