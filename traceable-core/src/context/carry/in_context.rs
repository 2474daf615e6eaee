//! `TraceableExt` and `InContext`: futures, streams and iterators that carry a context to other tasks and executors.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use pin_project_lite::pin_project;

use super::target;
use crate::context::ambient::{Entered, ambient, enter, is_elsewhere};
use crate::context::extra::Extra;
use crate::context::parent::IntoParent;
use crate::context::parent_rule::parent_of;
use crate::context::tracing_context::TracingContext;
use crate::run::node::{Context, Scope};
use crate::run::object_id::Target;

/// What a context can be carried into: futures, streams and iterators.
///
/// `Kind` tells them apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a future, a stream or an iterator",
    label = "nothing that a context could be carried into",
    note = "for a plain call write `Extra::new().parent(&run).call(|| f(..))`, or `run.scope(|| f(..))`"
)]
pub trait TakesContext<Kind>: Sized {
    /// [`TraceableExt::with_extra`], which looks for the call in a way of each kind.
    #[doc(hidden)]
    fn __with_extra(self, extra: Extra) -> InContext<Self>;
}

/// Adapters for futures, streams and iterators.
///
/// Wrap a future before it is spawned. A `tokio::task::JoinHandle` is a future too, but its task has started: on it these
/// adapters do not compile.
///
/// ```compile_fail,E0283
/// use traceable_core::TraceableExt as _;
/// # async fn work() {}
/// let task = tokio::spawn(work()).in_current_run();
/// ```
pub trait TraceableExt<Kind>: TakesContext<Kind> {
    /// Carries the current context: what is called inside nests here, whoever polls it. For `async` blocks given to a
    /// `spawn`; a traced call that is spawned directly needs nothing.
    ///
    /// Without a current context, what is called inside runs without one.
    ///
    /// ```
    /// use traceable_core::TraceableExt as _;
    /// # async fn work() {}
    /// let task = async { work().await }.in_current_run();
    /// # let _ = task;
    /// ```
    fn in_current_run(self) -> InContext<Self> {
        InContext::ready(self, ambient().context())
    }

    /// Names the parent of the traced call that returned this, and of what is called inside.
    ///
    /// Call it before the first poll. On a box or a pinned reference it applies to the traced call inside. A call that was
    /// made in a trace that is not recorded is not recorded either, whatever is put on it: there, name the parent before
    /// the call, by [`Extra`].
    fn with_parent(self, parent: impl IntoParent) -> InContext<Self> {
        self.with_extra(Extra::new().parent(parent))
    }

    /// Gives an [`Extra`] to the traced call that returned this, and to what is called inside.
    fn with_extra(self, extra: Extra) -> InContext<Self> {
        self.__with_extra(extra)
    }

    /// Polls this inside a [`TracingContext`]. A traced call that returned this was made before, and keeps the context it was
    /// made in, if there was one: to give it another parent, write [`with_parent`](TraceableExt::with_parent).
    fn with_context(self, context: TracingContext) -> InContext<Self> {
        InContext::with_context(self, context)
    }
}

/// [`TakesContext`] of a future.
pub struct FutureKind;
/// [`TakesContext`] of an iterator.
pub struct IteratorKind;
/// [`TakesContext`] of a stream.
#[cfg(feature = "stream")]
pub struct StreamKind;

impl<T: Future> TakesContext<FutureKind> for T {
    fn __with_extra(self, extra: Extra) -> InContext<T> {
        InContext::with_extra(self, extra, target::of_future)
    }
}

impl<T: Iterator> TakesContext<IteratorKind> for T {
    fn __with_extra(self, extra: Extra) -> InContext<T> {
        InContext::with_extra(self, extra, target::of_iterator)
    }
}

#[cfg(feature = "stream")]
impl<T: futures_core::Stream> TakesContext<StreamKind> for T {
    fn __with_extra(self, extra: Extra) -> InContext<T> {
        InContext::with_extra(self, extra, target::of_stream)
    }
}

// one for all, so that the compiler says what is missing and not that there is no such method
impl<T: TakesContext<Kind>, Kind> TraceableExt<Kind> for T {}

/// What makes the adapters on a task's handle an error: the task has started, and a context that is put around the
/// handle never gets to it. No bound can say "any future but this"; a second kind for the handle makes the kind
/// ambiguous, and the compiler then names both.
#[cfg(feature = "tokio")]
pub struct WrapBeforeYouSpawn;

#[cfg(feature = "tokio")]
impl<T> TakesContext<WrapBeforeYouSpawn> for tokio::task::JoinHandle<T> {
    fn __with_extra(self, extra: Extra) -> InContext<Self> {
        InContext::with_extra(self, extra, target::of_other)
    }
}

enum Carried<T> {
    Ready(Option<Context>),
    /// Made where there was nothing, and polled where there is something.
    Nothing(Arc<Scope>),
    Later(Box<Later<T>>),
}

/// What is resolved at the first poll.
struct Later<T> {
    extra: Extra,
    at_call: Option<Context>,
    /// Meant for the call that returned this, not only for what is called inside; says where that call is.
    target: Option<fn(&T) -> Target>,
}

impl<T> Carried<T> {
    fn later(extra: Extra, target: Option<fn(&T) -> Target>) -> Carried<T> {
        Carried::Later(Box::new(Later { extra, at_call: ambient().context(), target }))
    }

    /// Enters the context, to poll this or, with nothing, to drop it.
    fn enter(&mut self, inner: Option<&T>) -> Visit {
        let mut first = None;
        if let Carried::Later(later) = self {
            let Later { extra, at_call, target } = &mut **later;
            let (extra, at_call) = (std::mem::take(extra), at_call.take());
            let target = target.zip(inner).map(|(target, inner)| target(inner));
            let around = || match inner {
                Some(_) => parent_of(at_call, ambient().context()),
                // never polled: it is dropped where it was made
                None => at_call,
            };
            let scope = extra.into_scope(around, target);
            first = target.map(|_| scope.clone());
            *self = Carried::Ready(Some(Context::Scope(scope)));
        }
        if matches!(self, Carried::Ready(None)) && is_elsewhere(None) {
            // what is called inside is not where this happens to be polled, nor wherever that is awaited
            *self = Carried::Nothing(Scope::of_nothing());
        }
        let context = match self {
            Carried::Ready(context) => context.clone(),
            Carried::Nothing(scope) => Some(Context::Scope(scope.clone())),
            Carried::Later(_) => None,
        };
        Visit { _entered: enter(context), first }
    }

    /// What carries it is over.
    fn note_over(&self) {
        if let Carried::Nothing(scope) = self {
            scope.note_over();
        }
    }
}

/// A context, entered for one poll.
pub(super) struct Visit {
    _entered: Entered,
    /// The scope that was made for it.
    first: Option<Arc<Scope>>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some(scope) = &self.first {
            scope.note_entered();
        }
    }
}

pin_project! {
    /// A future, stream or iterator that carries a context; made by [`TraceableExt`].
    #[must_use = "it does nothing unless it is polled or iterated"]
    pub struct InContext<T> {
        #[pin]
        inner: Option<T>,
        carried: Carried<T>,
    }

    impl<T> PinnedDrop for InContext<T> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.carried.enter(None);
            // what it calls while it is dropped nests here too
            this.inner.set(None);
            this.carried.note_over();
        }
    }
}

impl<T> InContext<T> {
    pub(crate) fn ready(inner: T, context: Option<Context>) -> InContext<T> {
        InContext { inner: Some(inner), carried: Carried::Ready(context) }
    }

    /// `target` says where the call is that the extra is meant for.
    pub(super) fn with_extra(inner: T, extra: Extra, target: fn(&T) -> Target) -> InContext<T> {
        InContext { inner: Some(inner), carried: Carried::later(extra, Some(target)) }
    }

    pub(super) fn with_context(inner: T, context: TracingContext) -> InContext<T> {
        InContext { inner: Some(inner), carried: Carried::later(context.into_extra(), None) }
    }

    /// Enters the context, and gives what is inside: only a drop takes it away.
    pub(super) fn enter(self: Pin<&mut Self>) -> Option<(Visit, Pin<&mut T>)> {
        let this = self.project();
        let inner = this.inner.as_pin_mut()?;
        Some((this.carried.enter(Some(&*inner)), inner))
    }

    #[cfg(feature = "http-body")]
    pub(super) fn inner(&self) -> Option<&T> {
        self.inner.as_ref()
    }
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let mut this = self;
        let polled = match this.as_mut().enter() {
            Some((_entered, inner)) => inner.poll(cx),
            None => return Poll::Pending,
        };
        if polled.is_ready() {
            this.project().carried.note_over();
        }
        polled
    }
}

#[cfg(feature = "stream")]
impl<S: futures_core::Stream> futures_core::Stream for InContext<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<S::Item>> {
        match self.enter() {
            Some((_entered, inner)) => inner.poll_next(cx),
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}

impl<I: Iterator> Iterator for InContext<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let inner = self.inner.as_mut()?;
        let _entered = self.carried.enter(Some(&*inner));
        inner.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), I::size_hint)
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for InContext<I> {
    fn next_back(&mut self) -> Option<I::Item> {
        let inner = self.inner.as_mut()?;
        let _entered = self.carried.enter(Some(&*inner));
        inner.next_back()
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for InContext<I> {}
impl<I: std::iter::FusedIterator> std::iter::FusedIterator for InContext<I> {}
