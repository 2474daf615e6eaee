//! HTTP bodies that carry a context: what produces the frames is polled by a server, long after the handler has
//! returned.

use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use http_body::{Body, Frame, SizeHint};

use super::hand_over::{InContext, TraceableExt};

/// [`TraceableExt`] of an HTTP body.
pub struct BodyKind;

impl<B: Body> TraceableExt<BodyKind> for B {}

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
