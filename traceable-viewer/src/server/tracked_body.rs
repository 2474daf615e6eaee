//! A body that tells when it has ended, read or not.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Frame, SizeHint};

/// Calls back once, when the body inside is at its end or is dropped.
pub(crate) struct TrackedBody<B, F: FnOnce()> {
    inner: B,
    end: Option<F>,
}

impl<B, F: FnOnce()> TrackedBody<B, F> {
    pub(crate) fn new(inner: B, end: F) -> Self {
        TrackedBody { inner, end: Some(end) }
    }

    fn ended(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl<B: Body + Unpin, F: FnOnce() + Unpin> Body for TrackedBody<B, F> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) || self.inner.is_end_stream() {
            self.ended();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B, F: FnOnce()> Drop for TrackedBody<B, F> {
    fn drop(&mut self) {
        self.ended();
    }
}
