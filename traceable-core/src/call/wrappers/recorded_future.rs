//! Futures whose result ends their run: nearly all `async fn`s.
//!
//! As [`future`](super::future) has it, but for what the compiler is given, as a program has hundreds of these. What is
//! done while tracing is on is compiled for each type of result, and not for each function.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

#[cfg(feature = "stream")]
use futures_core::FusedFuture;

use crate::call::traced_call::Call;
use crate::capture::outcome::Outcome;
use crate::run::object_id::{Kind, Known, ObjectId};

/// Wraps the body of an `async fn`, or a future that a function returned in a box. The run ends with its result, which `record`
/// records.
///
/// The type of the result is one of its own, which the attribute names, and not what the future gives: a reference that
/// lives too short is then reported where the body returns it, and not at the attribute.
#[inline]
pub fn recorded<T, F: Future<Output = T>, Record: FnMut(&T, &mut Outcome)>(
    call: Call,
    future: F,
    record: Record,
) -> RecordedFuture<F, T, Record> {
    RecordedFuture {
        call: ManuallyDrop::new(call),
        inner: ManuallyDrop::new(Inner(future)),
        end: End { record, of: PhantomData },
    }
}

/// The future of an annotated function.
///
/// `inner` is pinned where this is, and the rest is not. The projection is written by hand: what `pin_project` makes would
/// be compiled for each annotated function. For the same reason the call is not dropped here: one that is traced is taken
/// away when its run ends, or by `drop_traced`, and one that is not has nothing to drop.
// The call comes first: where it lies the whole lies.
#[repr(C)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct RecordedFuture<F, T, Record> {
    call: ManuallyDrop<Call>,
    inner: ManuallyDrop<Inner<F>>,
    end: End<F, T, Record>,
}

impl<F: Unpin, T, Record> Unpin for RecordedFuture<F, T, Record> {}

/// The wrapped future, as `poll_traced` has it. Were that given the future itself, the compiler would no longer make its
/// body a part of whoever polls it while tracing is off: 9 instructions more than 60.
struct Inner<F>(F);

impl<F> Inner<F> {
    #[inline]
    fn pinned(self: Pin<&mut Self>) -> Pin<&mut F> {
        // SAFETY: it is pinned with what it is in, which nothing moves it out of, and has no drop of its own.
        unsafe { self.map_unchecked_mut(|inner| &mut inner.0) }
    }
}

impl<F: Future> Future for Inner<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        self.pinned().poll(cx)
    }
}

/// What is done with the result of a [`RecordedFuture`].
struct End<F, T, Record> {
    record: Record,
    of: PhantomData<fn() -> (F, T)>,
}

/// An [`End`] of whatever function.
trait Ends<T>: Known {
    fn record(&mut self, value: &T, outcome: &mut Outcome);
}

impl<F, T, Record: FnMut(&T, &mut Outcome)> Ends<T> for End<F, T, Record> {
    fn record(&mut self, value: &T, outcome: &mut Outcome) {
        (self.record)(value, outcome);
    }
}

// SAFETY: only its type is looked at.
unsafe impl<F, T, Record> Known for End<F, T, Record> {
    fn kind(&self) -> Kind
    where
        Self: 'static,
    {
        Kind::of::<RecordedFuture<F, T, Record>>()
    }
}

impl<F: Future<Output = T>, T, Record: FnMut(&T, &mut Outcome)> Future for RecordedFuture<F, T, Record> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<T> {
        // SAFETY: nothing is moved out of `inner`, which is pinned again right here. The rest is not pinned.
        let Self { call, inner, end } = unsafe { self.get_unchecked_mut() };
        // SAFETY: it lies in what is pinned, is reached by pinned references alone, and is dropped where it lies.
        let inner = unsafe { Pin::new_unchecked(&mut **inner) };
        if call.is_off() { inner.pinned().poll(cx) } else { poll_traced(call, inner, end, cx) }
    }
}

impl<F, T, Record> Drop for RecordedFuture<F, T, Record> {
    #[inline]
    fn drop(&mut self) {
        let Self { call, inner, .. } = self;
        if call.is_off() {
            // SAFETY: it is dropped where it was pinned, and only once, as this is the wrapper's own drop.
            unsafe { ManuallyDrop::drop(inner) }
        } else {
            // SAFETY: as above. Should it panic, that goes on through here, and nothing drops it again.
            unsafe { drop_traced(call, &mut **inner) }
        }
    }
}

/// Polls a future inside its call.
#[cold]
#[inline(never)]
fn poll_traced<T>(
    call: &mut Call,
    inner: Pin<&mut (dyn Future<Output = T> + '_)>,
    end: &mut (dyn Ends<T> + '_),
    cx: &mut TaskContext<'_>,
) -> Poll<T> {
    let entered = call.begin_again().unwrap_or_else(|| {
        let object = ObjectId::that_begins_with(call, end);
        call.begin_first(&object)
    });
    // Unwinding goes on right after, so no state of the program is looked at in between.
    let polled = match catch_unwind(AssertUnwindSafe(|| inner.poll(cx))) {
        Ok(polled) => polled,
        Err(panic) => call.unwind_from(entered, panic),
    };
    drop(entered);
    if let Poll::Ready(value) = &polled {
        call.take().end_traced(&mut |outcome: &mut Outcome| end.record(value, outcome));
    }
    polled
}

/// Anything, behind a pointer that can drop it.
trait Held {}

impl<T> Held for T {}

/// Drops a future inside its call, which ends by that.
///
/// # Safety
///
/// `inner` may be dropped, and nothing touches it afterwards.
#[cold]
#[inline(never)]
unsafe fn drop_traced(call: &mut Call, inner: &mut (dyn Held + '_)) {
    // SAFETY: as demanded of the caller; a step is taken once.
    call.take().drop_cancelled(&mut |()| unsafe { std::ptr::drop_in_place(inner) });
}

#[cfg(feature = "stream")]
impl<F: FusedFuture<Output = T>, T, Record: FnMut(&T, &mut Outcome)> FusedFuture
    for RecordedFuture<F, T, Record>
{
    fn is_terminated(&self) -> bool {
        self.inner.0.is_terminated()
    }
}

/// As the future itself.
impl<F: fmt::Debug, T, Record> fmt::Debug for RecordedFuture<F, T, Record> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.0.fmt(f)
    }
}
