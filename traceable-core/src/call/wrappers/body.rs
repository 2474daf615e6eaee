//! What the body of a function gives that returns `impl Future`, `impl Stream` or `impl Iterator`.
//!
//! `Body(value).stream()` is the stream. If the value is none, a trait's method of the same name is found instead: the
//! compiler reports its bound, and as it returns a stream, reports nothing else.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Of every type, and of everything it borrows: `impl Future + Borrows<&'a ()>` says that a future borrows for `'a`.
pub trait Borrows<From: ?Sized> {}

impl<T: ?Sized, From: ?Sized> Borrows<From> for T {}

/// The value that a body gives.
pub struct Body<T>(pub T);

/// What stands for a future, stream or iterator where there is none. There is no value of it.
pub struct Nothing<T> {
    never: Infallible,
    of: PhantomData<fn() -> T>,
}

impl<T: Future> Body<T> {
    /// The future.
    #[inline]
    pub fn future(self) -> T {
        self.0
    }
}

/// A body that gives a future.
#[diagnostic::on_unimplemented(
    message = "this body gives `{Self}`, which is no future: put it into `async move {{ .. }}`, or write `async fn`",
    label = "the body gives no future"
)]
pub trait FutureBody {}

/// [`Body::future`] for everything else.
pub trait NoFuture<T>: Sized {
    /// Never possible.
    fn future<U>(self) -> Nothing<U>
    where
        T: FutureBody,
    {
        unreachable!("there is no `FutureBody`")
    }
}

impl<T> NoFuture<T> for Body<T> {}

impl<T> Future for Nothing<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        match self.never {}
    }
}

#[cfg(feature = "stream")]
impl<T: futures_core::Stream> Body<T> {
    /// The stream.
    #[inline]
    pub fn stream(self) -> T {
        self.0
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

/// [`Body::stream`] for everything else.
#[cfg(feature = "stream")]
pub trait NoStream<T>: Sized {
    /// Never possible.
    fn stream<U>(self) -> Nothing<U>
    where
        T: StreamBody,
    {
        unreachable!("there is no `StreamBody`")
    }
}

#[cfg(feature = "stream")]
impl<T> NoStream<T> for Body<T> {}

#[cfg(feature = "stream")]
impl<T> futures_core::Stream for Nothing<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        match self.never {}
    }
}

impl<T: Iterator> Body<T> {
    /// The iterator.
    #[inline]
    pub fn iterator(self) -> T {
        self.0
    }
}

/// A body that gives an iterator.
#[diagnostic::on_unimplemented(
    message = "this body gives `{Self}`, which is no iterator: make one, for example by `.into_iter()`",
    label = "the body gives no iterator"
)]
pub trait IterBody {}

/// [`Body::iterator`] for everything else.
pub trait NoIterator<T>: Sized {
    /// Never possible.
    fn iterator<U>(self) -> Nothing<U>
    where
        T: IterBody,
    {
        unreachable!("there is no `IterBody`")
    }
}

impl<T> NoIterator<T> for Body<T> {}

impl<T> Iterator for Nothing<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self.never {}
    }
}
