//! `ContextHandle`, `bind` and `detached`: carrying a context into closures and callbacks, or leaving it behind.

use std::fmt;

use super::ambient::{ambient, enter};
use super::carry::in_context::InContext;
use super::extra::Extra;
use super::parent::Parent;
use crate::process;
use crate::run::node::Context;
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
    #[inline]
    pub fn scope<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.0.is_none() && !process::gate_is_open() {
            return f();
        }
        let _entered = enter(self.0.clone());
        f()
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

/// Binds a closure to the current context: what it calls nests here, on whatever thread it runs.
///
/// `bind` takes the context where `bind` itself is called. Without one, the closure runs without one, even inside another
/// run. A closure that is called many times is bound by [`bind_fn`] or [`bind_mut`]; one of another
/// shape by a [`ContextHandle`].
///
/// ```
/// use traceable_core::bind;
/// # fn work() {}
/// std::thread::spawn(bind(|| work())).join().unwrap();
/// ```
///
/// The context is left when the closure returns. A future that it returns does not carry it: write `.in_current_run()`
/// inside, where the bound context is current.
///
/// ```
/// use traceable_core::{TraceableExt as _, bind};
/// # async fn work() {}
/// let task = bind(|| async { work().await }.in_current_run());
/// # let _ = task();
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let here = ContextHandle::current();
    move || here.scope(f)
}

/// As [`bind`], for a closure with one argument that is called many times, perhaps by many threads at once.
///
/// ```
/// use traceable_core::bind_fn;
/// let double = bind_fn(|x: i32| 2 * x);
/// assert_eq!([1, 2].map(|x| double(x)), [2, 4]);
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind_fn<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    let here = ContextHandle::current();
    move |argument| here.scope(|| f(argument))
}

/// As [`bind_fn`], for a closure that changes what it holds.
///
/// ```
/// use traceable_core::bind_mut;
/// let mut sum = 0;
/// [1, 2].into_iter().for_each(bind_mut(|x| sum += x));
/// assert_eq!(sum, 3);
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind_mut<A, R>(mut f: impl FnMut(A) -> R) -> impl FnMut(A) -> R {
    let here = ContextHandle::current();
    move |argument| here.scope(|| f(argument))
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
