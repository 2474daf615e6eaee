//! `bind`: carrying a context into closures and callbacks.

use super::kept::Kept;

/// Binds a closure to the current context: what it calls nests here, on whatever thread it runs.
///
/// `bind` takes the context where `bind` itself is called. Without one, the closure runs without one, even inside another
/// run. A closure that is called many times is bound by [`bind_fn`] or [`bind_mut`], or, if it has no arguments, by
/// [`bind_fn0`] or [`bind_mut0`]; one of another shape by a [`ContextHandle`](crate::ContextHandle).
///
/// ```
/// use traceable_core::bind;
/// # fn work() {}
/// std::thread::spawn(bind(|| work())).join().unwrap();
/// ```
///
/// The context is left when the closure returns. A traced call that it made stays here, wherever it is awaited; any other
/// future does not carry the context: write `.in_current_run()` inside, where the bound context is current.
///
/// ```
/// use traceable_core::{TraceableExt as _, bind};
/// # async fn work() {}
/// let task = bind(|| async { work().await }.in_current_run());
/// # let _ = task();
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let mut kept = Kept::current(f);
    move || {
        let f = kept.take();
        kept.here().__resume(f)
    }
}

/// As [`bind`], for a closure with one argument that is called many times, perhaps by many threads at once. One without
/// arguments is bound by [`bind_fn0`].
///
/// ```
/// use traceable_core::bind_fn;
/// let double = bind_fn(|x: i32| 2 * x);
/// assert_eq!([1, 2].map(|x| double(x)), [2, 4]);
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind_fn<A, R>(f: impl Fn(A) -> R) -> impl Fn(A) -> R {
    let kept = Kept::current(f);
    move |argument| kept.here().__resume(|| kept.value()(argument))
}

/// As [`bind_fn`], for a closure without arguments: a callback, the work of a pool, what a timer calls.
///
/// ```
/// use std::sync::Arc;
/// use traceable_core::bind_fn0;
/// # fn poll_queue() -> usize { 1 }
/// let callback: Arc<dyn Fn() -> usize + Send + Sync> = Arc::new(bind_fn0(move || poll_queue()));
/// let own = callback.clone();
/// assert_eq!(std::thread::spawn(move || own()).join().unwrap() + callback(), 2);
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind_fn0<R>(f: impl Fn() -> R) -> impl Fn() -> R {
    let bound = bind_fn(move |()| f());
    move || bound(())
}

/// As [`bind_fn0`], for a closure that changes what it holds.
///
/// ```
/// use traceable_core::bind_mut0;
/// let mut calls = 0;
/// let mut count = bind_mut0(|| calls += 1);
/// count();
/// count();
/// drop(count);
/// assert_eq!(calls, 2);
/// ```
#[must_use = "a bound closure does nothing until it is called"]
pub fn bind_mut0<R>(mut f: impl FnMut() -> R) -> impl FnMut() -> R {
    let mut bound = bind_mut(move |()| f());
    move || bound(())
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
pub fn bind_mut<A, R>(f: impl FnMut(A) -> R) -> impl FnMut(A) -> R {
    let mut kept = Kept::current(f);
    move |argument| {
        let (f, here) = kept.parts_mut();
        here.__resume(|| f(argument))
    }
}
