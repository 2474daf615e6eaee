//! `async fn`s and functions that return a future.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use pin_project_lite::pin_project;

use super::super::token::Call;

/// Wraps the body of an `async fn`, or a future that a function returned. `finish` turns the result, once,
/// into what the wrapper returns: it ends the run, or hands it on to the wrapper of a stream.
#[inline]
pub fn future<F: Future, U, Finish: FnMut(Call, F::Output) -> U>(
    call: Call,
    future: F,
    finish: Finish,
) -> TracedFuture<F, Finish> {
    TracedFuture { inner: Some(future), call, finish }
}

pin_project! {
    /// The future of an annotated function.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TracedFuture<F, Finish> {
        #[pin]
        inner: Option<F>,
        call: Call,
        finish: Finish,
    }

    impl<F, Finish> PinnedDrop for TracedFuture<F, Finish> {
        fn drop(this: Pin<&mut Self>) {
            if !this.call.is_off() {
                drop_traced(this);
            }
        }
    }
}

impl<F: Future, U, Finish: FnMut(Call, F::Output) -> U> Future for TracedFuture<F, Finish> {
    type Output = U;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<U> {
        if self.call.is_off() {
            let this = self.project();
            // only a drop takes it away
            let Some(inner) = this.inner.as_pin_mut() else { return Poll::Pending };
            return inner.poll(cx).map(|value| (this.finish)(Call::off(), value));
        }
        poll_traced(self, cx)
    }
}

#[cold]
#[inline(never)]
fn poll_traced<F: Future, U, Finish: FnMut(Call, F::Output) -> U>(
    this: Pin<&mut TracedFuture<F, Finish>>,
    cx: &mut TaskContext<'_>,
) -> Poll<U> {
    let this = this.project();
    let Some(inner) = this.inner.as_pin_mut() else { return Poll::Pending };
    let entered = this.call.begin();
    // unwinding goes on right after: no state of the program is looked at in between
    let polled = catch_unwind(AssertUnwindSafe(|| inner.poll(cx)));
    drop(entered);
    match polled {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready((this.finish)(this.call.take(), value)),
        Err(panic) => {
            this.call.panicked(&*panic);
            resume_unwind(panic)
        }
    }
}

#[cold]
#[inline(never)]
fn drop_traced<F, Finish>(this: Pin<&mut TracedFuture<F, Finish>>) {
    let mut this = this.project();
    let entered = this.call.enter();
    // what runs while it is dropped nests under the call too
    this.inner.set(None);
    drop(entered);
    this.call.cancelled();
}
