//! Parallel iterators that carry a context.

use rayon::iter::ParallelIterator;
use rayon::iter::plumbing::{Consumer, Folder, Reducer, UnindexedConsumer};

use traceable_core::ContextHandle;

/// Carries the current context into rayon's threads.
pub trait ParallelIteratorExt: ParallelIterator {
    /// What follows in the chain, `map`, `filter`, `for_each` and so on, is called in the current context, on whatever
    /// thread. Put it first: what comes before it is called without.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// use traceable::{ParallelIteratorExt as _, traceable};
    ///
    /// #[traceable]
    /// fn square(x: u64) -> u64 { x * x }
    ///
    /// #[traceable]
    /// fn sum_of_squares(n: u64) -> u64 {
    ///     (0..n).into_par_iter().in_current_run().map(square).sum()       // each `square` is a child of this call
    /// }
    /// assert_eq!(sum_of_squares(4), 14);
    /// ```
    fn in_current_run(self) -> InCurrentRun<Self> {
        InCurrentRun { base: self, context: ContextHandle::current() }
    }
}

impl<I: ParallelIterator> ParallelIteratorExt for I {}

/// A parallel iterator that carries a context; made by [`ParallelIteratorExt::in_current_run`].
///
/// It is no `IndexedParallelIterator`: those may be pulled by whoever comes behind, outside of any context. Results are
/// collected in order all the same.
#[derive(Clone, Debug)]
#[must_use = "it does nothing unless it is consumed"]
pub struct InCurrentRun<I> {
    base: I,
    context: ContextHandle,
}

impl<I: ParallelIterator> ParallelIterator for InCurrentRun<I> {
    type Item = I::Item;

    fn drive_unindexed<C: UnindexedConsumer<I::Item>>(self, consumer: C) -> C::Result {
        self.base.drive_unindexed(InContext { base: consumer, context: self.context })
    }

    fn opt_len(&self) -> Option<usize> {
        self.base.opt_len()
    }
}

/// A consumer, a folder or a reducer that does its work in a context.
struct InContext<C> {
    base: C,
    context: ContextHandle,
}

impl<T, C: Consumer<T>> Consumer<T> for InContext<C> {
    type Folder = InContext<C::Folder>;
    type Reducer = InContext<C::Reducer>;
    type Result = C::Result;

    fn split_at(self, index: usize) -> (Self, Self, Self::Reducer) {
        let (left, right, reducer) = self.base.split_at(index);
        let carry = || self.context.clone();
        (
            InContext { base: left, context: carry() },
            InContext { base: right, context: carry() },
            InContext { base: reducer, context: carry() },
        )
    }

    fn into_folder(self) -> Self::Folder {
        let InContext { base, context } = self;
        InContext { base: context.__resume(|| base.into_folder()), context }
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}

impl<T, C: UnindexedConsumer<T>> UnindexedConsumer<T> for InContext<C> {
    fn split_off_left(&self) -> Self {
        InContext { base: self.base.split_off_left(), context: self.context.clone() }
    }

    fn to_reducer(&self) -> Self::Reducer {
        InContext { base: self.base.to_reducer(), context: self.context.clone() }
    }
}

impl<T, R: Reducer<T>> Reducer<T> for InContext<R> {
    fn reduce(self, left: T, right: T) -> T {
        let InContext { base, context } = self;
        context.__resume(|| base.reduce(left, right))
    }
}

impl<T, F: Folder<T>> Folder<T> for InContext<F> {
    type Result = F::Result;

    fn consume(self, item: T) -> Self {
        let InContext { base, context } = self;
        InContext { base: context.__resume(|| base.consume(item)), context }
    }

    fn complete(self) -> F::Result {
        let InContext { base, context } = self;
        context.__resume(|| base.complete())
    }

    fn full(&self) -> bool {
        self.base.full()
    }
}
