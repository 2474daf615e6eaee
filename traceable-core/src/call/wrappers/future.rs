//! Futures that need more than recording a result: of functions that return `impl Future`, of `async fn`s that return a
//! stream or an iterator, and of blocks.

use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

#[cfg(feature = "stream")]
use futures_core::FusedFuture;
use pin_project_lite::pin_project;

use crate::call::traced_call::Call;
use crate::run::object_id::ObjectId;

/// Returns the future; checks its output type at the return type, where the compiler reports a plain function's error.
#[inline]
pub fn future_of<T, F: Future<Output = T>>(future: F) -> F {
    future
}

/// Wraps the body of an `async fn`, or a future that a function returned. `finish` turns the result, once, into what
/// the wrapper returns: it ends the run, or hands it on to the wrapper of a stream.
#[inline]
pub fn future<F: Future, U, Finish: FnMut(Call, F::Output) -> U>(
    call: Call,
    future: F,
    finish: Finish,
) -> TracedFuture<F, Finish> {
    TracedFuture { inner: ManuallyDrop::new(future), call, finish }
}

pin_project! {
    #[project = TracedFutureProjected]
    /// The future of an annotated function.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TracedFuture<F, Finish> {
        // An `Option` would do without `unsafe`. It is a word larger at every level, and a call costs 10 of 60
        // instructions more while tracing is off.
        #[pin]
        inner: ManuallyDrop<F>,
        call: Call,
        finish: Finish,
    }

    impl<F, Finish> PinnedDrop for TracedFuture<F, Finish> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.call.is_off() {
                drop_inner(this.inner);
            } else {
                drop_traced(this.inner, this.call);
            }
        }
    }
}

/// Drops the wrapped future where it is.
#[inline]
fn drop_inner<F>(inner: Pin<&mut ManuallyDrop<F>>) {
    // SAFETY: the future is not moved, as its pin demands: it is dropped in place. Only the wrapper's own drop calls
    // this, once, and nothing touches the future afterwards.
    unsafe { ManuallyDrop::drop(inner.get_unchecked_mut()) }
}

/// Looks through the `ManuallyDrop`.
#[inline]
fn pinned<F>(inner: Pin<&mut ManuallyDrop<F>>) -> Pin<&mut F> {
    // SAFETY: the future lies in the `ManuallyDrop`, which is pinned; it is reached by pinned references alone.
    unsafe { inner.map_unchecked_mut(|inner| &mut **inner) }
}

impl<F: Future, U, Finish: FnMut(Call, F::Output) -> U> Future for TracedFuture<F, Finish> {
    type Output = U;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<U> {
        if !self.call.is_off() {
            return poll_traced(self, cx);
        }
        let this = self.project();
        pinned(this.inner).poll(cx).map(|value| (this.finish)(Call::off(), value))
    }
}

#[cold]
#[inline(never)]
fn poll_traced<F: Future, U, Finish: FnMut(Call, F::Output) -> U>(
    this: Pin<&mut TracedFuture<F, Finish>>,
    cx: &mut TaskContext<'_>,
) -> Poll<U> {
    let object = ObjectId::of(&*this);
    let TracedFutureProjected { inner, call, finish } = this.project();
    let inner = pinned(inner);
    let entered = call.begin(&object);
    // Here and not behind a pointer, as the other forms have it: that is a quarter more for every poll. Unwinding goes on
    // right after, so no state of the program is looked at in between.
    let polled = catch_unwind(AssertUnwindSafe(|| inner.poll(cx)));
    drop(entered);
    match polled {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(finish(call.take(), value)),
        Err(panic) => call.unwind(panic),
    }
}

#[cold]
#[inline(never)]
fn drop_traced<F>(mut inner: Pin<&mut ManuallyDrop<F>>, call: &mut Call) {
    call.drop_cancelled(&mut |()| drop_inner(inner.as_mut()));
}

#[cfg(feature = "stream")]
impl<F: FusedFuture, U, Finish: FnMut(Call, F::Output) -> U> FusedFuture for TracedFuture<F, Finish> {
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}

/// As the future itself.
impl<F: fmt::Debug, Finish> fmt::Debug for TracedFuture<F, Finish> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (*self.inner).fmt(f)
    }
}
