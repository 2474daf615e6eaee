//! Functions that return an iterator.

use std::fmt;
use std::iter::FusedIterator;
use std::panic::resume_unwind;

use serde::Serialize;

use super::yielded;
use crate::call::generator_ending;
use crate::call::traced_call::Call;
use crate::capture::items::{Collect, Item, ItemBuffer, aggregate, each, reduce};
use crate::run::object_id::ObjectId;

/// Returns the iterator; checks the type of its items at the return type, where the compiler reports a plain function's
/// error.
#[inline]
pub fn iter_of<T, I: Iterator<Item = T>>(iter: I) -> I {
    iter
}

/// Wraps an iterator that an annotated function returned, and records its items one by one.
pub fn iter_each<I: Iterator>(
    call: Call,
    iter: I,
    record: impl FnMut(&I::Item, &mut Item<'_>),
) -> TracedIter<I, impl Collect<I::Item>> {
    wrap(call, iter, each(record))
}

/// Wraps an iterator whose items are recorded by what `fold` makes of them all.
pub fn iter_reduce<I: Iterator, C, R: Serialize>(
    call: Call,
    iter: I,
    watch: impl FnMut(&I::Item, &mut Item<'_>),
    chunk: impl FnMut(&I::Item) -> Option<C>,
    fold: impl FnOnce(&[C]) -> R,
) -> TracedIter<I, impl Collect<I::Item>> {
    wrap(call, iter, reduce(watch, chunk, fold))
}

/// Wraps an iterator whose items are folded into one value as they pass.
pub fn iter_aggregate<I: Iterator, A: Serialize>(
    call: Call,
    iter: I,
    watch: impl FnMut(&I::Item, &mut Item<'_>),
    init: A,
    step: impl FnMut(&mut A, &I::Item) -> Option<()>,
) -> TracedIter<I, impl Collect<I::Item>> {
    wrap(call, iter, aggregate(watch, init, step))
}

fn wrap<I: Iterator, C: Collect<I::Item>>(call: Call, iter: I, collect: C) -> TracedIter<I, C> {
    TracedIter { inner: Some(iter), call, collect, items: ItemBuffer::default() }
}

/// The iterator of an annotated function: its run is open until it is exhausted or dropped.
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct TracedIter<I: Iterator, C: Collect<I::Item>> {
    inner: Option<I>,
    call: Call,
    collect: C,
    items: ItemBuffer,
}

impl<I: Iterator, C: Collect<I::Item>> TracedIter<I, C> {
    fn advance(&mut self, next: fn(&mut I) -> Option<I::Item>) -> Option<I::Item> {
        let object = ObjectId::of(self);
        let inner = self.inner.as_mut()?;
        if self.call.is_off() {
            return next(inner);
        }
        let mut item = None;
        let result = self.call.attempt(&object, &mut |()| item = next(inner));
        match (&result, &item) {
            (Ok(()), Some(item)) => yielded::item(&self.call, &mut self.collect, &mut self.items, item),
            (Ok(()), None) => generator_ending::end(&self.call, &mut self.collect, &mut self.items, false),
            (Err(panic), _) => {
                generator_ending::panicked(&self.call, &mut self.collect, &mut self.items, &**panic);
            }
        }
        result.map_or_else(|panic| resume_unwind(panic), |()| item)
    }

    /// The iterator itself, if it is not traced and there is no need to see each item.
    fn untraced(&mut self) -> Option<&mut I> {
        if self.call.begins_off() { self.inner.as_mut() } else { None }
    }

    /// As [`untraced`](Self::untraced), for what consumes the iterator.
    fn take_untraced(&mut self) -> Option<I> {
        if self.call.begins_off() { self.inner.take() } else { None }
    }
}

// An iterator may have a short way for these: what is not traced takes it. A traced one makes each item by `next`, as
// an item that is not made cannot be recorded, and as a closure of the consumer's must not run inside the generator.

impl<I: Iterator, C: Collect<I::Item>> Iterator for TracedIter<I, C> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.advance(I::next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), I::size_hint)
    }

    fn nth(&mut self, n: usize) -> Option<I::Item> {
        if let Some(inner) = self.untraced() {
            return inner.nth(n);
        }
        for _ in 0..n {
            self.next()?;
        }
        self.next()
    }

    fn count(mut self) -> usize {
        match self.take_untraced() {
            Some(inner) => inner.count(),
            None => self.fold(0, |count, _| count + 1),
        }
    }

    fn last(mut self) -> Option<I::Item> {
        match self.take_untraced() {
            Some(inner) => inner.last(),
            None => self.fold(None, |_, item| Some(item)),
        }
    }

    fn fold<B, F: FnMut(B, I::Item) -> B>(mut self, init: B, mut f: F) -> B {
        if let Some(inner) = self.take_untraced() {
            return inner.fold(init, f);
        }
        let mut value = init;
        for item in self {
            value = f(value, item);
        }
        value
    }
}

impl<I: DoubleEndedIterator, C: Collect<I::Item>> DoubleEndedIterator for TracedIter<I, C> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.advance(I::next_back)
    }

    fn nth_back(&mut self, n: usize) -> Option<I::Item> {
        if let Some(inner) = self.untraced() {
            return inner.nth_back(n);
        }
        for _ in 0..n {
            self.next_back()?;
        }
        self.next_back()
    }

    fn rfold<B, F: FnMut(B, I::Item) -> B>(mut self, init: B, mut f: F) -> B {
        if let Some(inner) = self.take_untraced() {
            return inner.rfold(init, f);
        }
        let mut value = init;
        while let Some(item) = self.next_back() {
            value = f(value, item);
        }
        value
    }
}

impl<I: ExactSizeIterator, C: Collect<I::Item>> ExactSizeIterator for TracedIter<I, C> {
    fn len(&self) -> usize {
        self.inner.as_ref().map_or(0, I::len)
    }
}
impl<I: FusedIterator, C: Collect<I::Item>> FusedIterator for TracedIter<I, C> {}

impl<I: Iterator, C: Collect<I::Item>> Drop for TracedIter<I, C> {
    fn drop(&mut self) {
        if !self.call.is_off() {
            let Self { inner, call, collect, items } = self;
            call.drop_inside(&mut |()| drop(inner.take()), &mut |call: &mut Call| {
                generator_ending::end(call, collect, items, true);
            });
        }
    }
}

/// As the iterator itself.
impl<I: Iterator + fmt::Debug, C: Collect<I::Item>> fmt::Debug for TracedIter<I, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.as_ref().map_or(Ok(()), |inner| inner.fmt(f))
    }
}
