//! What the body of a function gives that returns `impl Future`, `impl Stream` or `impl Iterator`.
//!
//! `AsksStream::of(&value)[Asked].body_stream(value)` is the stream. If the value is none, the answer is another, whose method
//! has a bound that the compiler reports; and as it returns a stream, it reports nothing else.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

#[cfg(feature = "stream")]
use crate::capture::lazy::LazyStream;
use crate::capture::lazy::{LazyFuture, LazyIterator, NotLazy};

/// Of every type, and of everything it borrows: `impl Future + Borrows<&'a ()>` says that a future borrows for `'a`.
pub trait Borrows<From: ?Sized> {}

impl<T: ?Sized, From: ?Sized> Borrows<From> for T {}

/// What stands for a future, stream or iterator where there is none. There is no value of it.
pub struct Nothing<T> {
    never: Infallible,
    of: PhantomData<fn() -> T>,
}

impl LazyFuture {
    /// The future.
    #[inline]
    pub fn body_future<T: Future>(self, body: T) -> T {
        body
    }
}

/// A body that gives a future.
#[diagnostic::on_unimplemented(
    message = "this body gives `{Self}`, which is no future: put it into `async move {{ .. }}`, or write `async fn`",
    label = "the body gives no future"
)]
pub trait FutureBody {}

impl NotLazy {
    /// Never possible.
    pub fn body_future<T: FutureBody, U>(self, _: T) -> Nothing<U> {
        unreachable!("there is no `FutureBody`")
    }
}

impl<T> Future for Nothing<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.never {}
    }
}

#[cfg(feature = "stream")]
impl LazyStream {
    /// The stream.
    #[inline]
    pub fn body_stream<T: futures_core::Stream>(self, body: T) -> T {
        body
    }
}

/// A body that gives a stream.
#[cfg(feature = "stream")]
#[diagnostic::on_unimplemented(
    message = "this body gives `{Self}`, which is no stream: make one by `async_stream::stream! {{ .. }}` or \
               `traceable::stream(..)`",
    label = "the body gives no stream",
    note = "an `async` block is a future, which gives one value: to return that, write `async fn` or `impl Future`"
)]
pub trait StreamBody {}

#[cfg(feature = "stream")]
impl NotLazy {
    /// Never possible.
    pub fn body_stream<T: StreamBody, U>(self, _: T) -> Nothing<U> {
        unreachable!("there is no `StreamBody`")
    }
}

#[cfg(feature = "stream")]
impl<T> futures_core::Stream for Nothing<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        match self.never {}
    }
}

impl LazyIterator {
    /// The iterator.
    #[inline]
    pub fn body_iterator<T: Iterator>(self, body: T) -> T {
        body
    }
}

/// A body that gives an iterator.
#[diagnostic::on_unimplemented(
    message = "this body gives `{Self}`, which is no iterator: make one, for example by `.into_iter()`",
    label = "the body gives no iterator"
)]
pub trait IterBody {}

impl NotLazy {
    /// Never possible.
    pub fn body_iterator<T: IterBody, U>(self, _: T) -> Nothing<U> {
        unreachable!("there is no `IterBody`")
    }
}

impl<T> Iterator for Nothing<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self.never {}
    }
}
