//! `ContextHandle` and `detached`: taking a context elsewhere, or leaving it behind.

use std::fmt;

use super::ambient::{ambient, enter, is_elsewhere};
use super::carry::in_context::InContext;
use super::extra::Extra;
use super::parent::Parent;
use crate::process;
use crate::run::node::{Context, Scope};
use crate::run::run_tree::RunTree;

/// The context where [`ContextHandle::current`] was called, to be entered elsewhere: in a callback, on another thread, in
/// another executor. It is `Send`, `Sync` and cheap to clone.
///
/// A handle taken where no context is current clears the context: calls inside begin traces of their own, even within
/// another run.
///
/// ```
/// use traceable_core::ContextHandle;
/// # fn work(_: i32, _: i32) {}
/// let here = ContextHandle::current();
/// let callback = move |x, y| here.scope(|| work(x, y));
/// std::thread::spawn(move || callback(1, 2)).join().unwrap();
/// ```
#[derive(Clone)]
#[must_use = "a context does nothing until it is entered by `.scope(|| ..)` or carried by `.carry(future)`"]
pub struct ContextHandle(Option<Context>);

impl ContextHandle {
    /// The context here.
    #[inline]
    pub fn current() -> ContextHandle {
        // nothing is entered before something may be recorded
        ContextHandle(if process::gate_is_open() { ambient().context() } else { None })
    }

    /// Runs `f` inside.
    ///
    /// What a traced function returns inside, a future, a stream or an iterator, stays inside although it is awaited
    /// outside.
    #[inline]
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.is_off() {
            return f();
        }
        let _entered = enter(Some(self.as_scope()));
        f()
    }

    /// As [`scope`](Self::scope), for what is carried along and not sent to somebody else: on a thread that has no
    /// context, and in the very place where the handle was taken, `f` goes on as if it had never left.
    #[doc(hidden)]
    #[inline]
    pub fn __resume<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.is_off() {
            return f();
        }
        let _entered = enter(self.resumed());
        f()
    }

    #[inline]
    pub(super) fn is_off(&self) -> bool {
        self.0.is_none() && !process::gate_is_open()
    }

    fn resumed(&self) -> Option<Context> {
        if is_elsewhere(self.0.as_ref()) { Some(self.as_scope()) } else { self.0.clone() }
    }

    /// A hidden node of its own: what is called inside is inside for good, also where there was nothing.
    pub(super) fn as_scope(&self) -> Context {
        Scope::of_its_own(self.0.clone())
    }

    /// Polls a future, a stream, an iterator, a sink or a body inside.
    ///
    /// ```
    /// use traceable_core::ContextHandle;
    /// # async fn work() {}
    /// let future = ContextHandle::current().carry(async { work().await });
    /// # let _ = future;
    /// ```
    pub fn carry<T>(&self, value: T) -> InContext<T> {
        InContext::ready(value, self.0.clone())
    }

    /// The run that is the parent of what is called inside.
    pub fn run_tree(&self) -> Option<RunTree> {
        self.0.as_ref().and_then(Context::run).map(RunTree::of)
    }
}

impl fmt::Debug for ContextHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ContextHandle").field(&self.run_tree()).finish()
    }
}

/// Runs `f` outside of any trace: what is called inside begins traces of its own. For what outlives the call that happens
/// to start it: connection pools, background tasks, lazy singletons.
///
/// ```
/// use traceable_core::{RunTree, detached};
/// detached(|| assert!(RunTree::current().is_none()));
/// ```
///
/// A traced call made inside stays outside, wherever it is polled. An `async` block is no call: it must carry the context:
///
/// ```
/// use traceable_core::{TraceableExt as _, detached};
/// # async fn work() {}
/// let task = detached(|| async { work().await }.in_current_run());
/// # let _ = task;
/// ```
pub fn detached<R>(f: impl FnOnce() -> R) -> R {
    Extra::new().parent(Parent::Root).call(f)
}
