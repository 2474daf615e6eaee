//! `stream` and `try_stream`, and the stream that they return.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project_lite::pin_project;

use super::handoff::{Handoff, OfferState};

/// A stream of what an `async` block yields.
///
/// ```
/// use futures_core::Stream;
/// use traceable_core::stream;
///
/// fn countdown(from: u32) -> impl Stream<Item = u32> {
///     stream(move |out| async move {
///         for n in (0..from).rev() {
///             out.yield_(n).await;
///         }
///     })
/// }
/// # let _ = countdown(3);
/// ```
///
/// Nothing in the block runs before the stream is polled, and nothing runs ahead of its consumer: `yield_` hands its
/// item over and resolves when the consumer asks for the next. The stream ends when the block does. Dropping the
/// stream drops the block where it waits, with all that it holds.
///
/// The stream is `Send` if the block and its items are. It is one allocation, and not `Unpin`: `std::pin::pin!` or
/// `Box::pin` make it so. An `async move |out| { .. }` closure serves as well. For blocks that use `?` there is
/// [`try_stream`].
///
/// Iterators have no counterpart: to stop in the middle of a loop that is not `async`, code needs a thread of its own,
/// or `std::iter::from_fn`, which is what to use. Where the compiler has `gen` blocks, one that is returned as
/// `impl Iterator` is traced like every other iterator.
pub fn stream<T, F: Future<Output = ()>>(block: impl FnOnce(Yielder<T>) -> F) -> Generator<T, F> {
    generator(block)
}

/// As [`stream`], for a block that may fail: the items are `Result`s, `yield_` takes what becomes an `Ok`, and an `Err`
/// of the block is the last item.
///
/// ```
/// use futures_core::Stream;
/// use std::num::ParseIntError;
/// use traceable_core::try_stream;
///
/// fn numbers(text: &str) -> impl Stream<Item = Result<i32, ParseIntError>> {
///     try_stream(async move |out| {
///         for word in text.split(' ') {
///             out.yield_(word.parse()?).await;
///         }
///         Ok(())
///     })
/// }
/// # let _ = numbers("1 2");
/// ```
pub fn try_stream<T, E, F: Future<Output = Result<(), E>>>(
    block: impl FnOnce(Yielder<T>) -> F,
) -> Generator<T, F> {
    generator(block)
}

fn generator<T, F: Future>(block: impl FnOnce(Yielder<T>) -> F) -> Generator<T, F> {
    let handoff = Arc::<Handoff<T>>::default();
    let block = block(Yielder(handoff.clone()));
    Generator { block: Some(block), result: None, handoff }
}

/// Where the block of a [`stream`] puts its items.
pub struct Yielder<T>(Arc<Handoff<T>>);

impl<T> Yielder<T> {
    /// Hands an item to the consumer of the stream, and waits until it asks for the next.
    ///
    /// Dropping the future while it waits, say in a losing branch of a `select!`, takes the item back, unless the
    /// consumer has it already. Several may wait at once, as in a `join!`: their items come one by one.
    ///
    /// It may be awaited in another task, or in another stream's block, while the block of this stream goes on: its
    /// consumer is woken. Once the stream has ended or is gone nobody will ask for an item, so it never resolves: the
    /// code after it does not run, and its task waits until it is dropped.
    pub fn yield_(&self, item: T) -> Yield<'_, T> {
        Yield { handoff: &self.0, item: Some(item), state: OfferState::New }
    }
}

/// The future of [`Yielder::yield_`].
#[must_use = "an item is yielded when this is awaited: `out.yield_(item).await`"]
pub struct Yield<'a, T> {
    handoff: &'a Handoff<T>,
    item: Option<T>,
    pub(super) state: OfferState,
}

// the item is only ever moved
impl<T> Unpin for Yield<'_, T> {}

impl<T> Future for Yield<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if let OfferState::Offered(offer) = this.state {
            return if this.handoff.is_asked_again(offer, cx.waker()) {
                Poll::Ready(())
            } else {
                Poll::Pending
            };
        }
        this.handoff.offer(&mut this.item, &mut this.state, cx.waker());
        Poll::Pending
    }
}

impl<T> Drop for Yield<'_, T> {
    fn drop(&mut self) {
        self.handoff.leave(&self.state);
    }
}

/// What a block comes to: it decides what the items of its stream are.
pub trait Ending<T> {
    #[doc(hidden)]
    type Item;
    #[doc(hidden)]
    fn item(item: T) -> Self::Item;
    #[doc(hidden)]
    fn last(self) -> Option<Self::Item>;
}

impl<T> Ending<T> for () {
    type Item = T;

    fn item(item: T) -> T {
        item
    }

    fn last(self) -> Option<T> {
        None
    }
}

impl<T, E> Ending<T> for Result<(), E> {
    type Item = Result<T, E>;

    fn item(item: T) -> Self::Item {
        Ok(item)
    }

    fn last(self) -> Option<Self::Item> {
        self.err().map(Err)
    }
}

pin_project! {
    /// The stream of [`stream`] and [`try_stream`].
    #[must_use = "a generator does nothing unless it is polled: return it, or take its items by `.next().await`"]
    pub struct Generator<T, F> where F: Future {
        #[pin]
        block: Option<F>,
        // the block is over, but an item came with its end
        result: Option<F::Output>,
        handoff: Arc<Handoff<T>>,
    }

    impl<T, F> PinnedDrop for Generator<T, F> where F: Future {
        fn drop(this: Pin<&mut Self>) {
            this.handoff.close();
        }
    }
}

impl<T, F: Future<Output: Ending<T>>> Stream for Generator<T, F> {
    type Item = <F::Output as Ending<T>>::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        if let Some(block) = this.block.as_mut().as_pin_mut() {
            let asking = this.handoff.ask(cx.waker());
            let polled = block.poll(cx);
            let item = asking.take();
            let is_pending = polled.is_pending();
            if let Poll::Ready(result) = polled {
                this.block.set(None);
                this.handoff.close();
                *this.result = Some(result);
            }
            match item {
                Some(item) => return Poll::Ready(Some(F::Output::item(item))),
                None if is_pending => return Poll::Pending,
                None => {}
            }
        }
        Poll::Ready(this.result.take().and_then(F::Output::last))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.is_terminated() { (0, Some(0)) } else { (0, None) }
    }
}

impl<T, F: Future<Output: Ending<T>>> FusedStream for Generator<T, F> {
    fn is_terminated(&self) -> bool {
        self.block.is_none() && self.result.is_none()
    }
}
