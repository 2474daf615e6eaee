//! A thread pool that carries the context of whoever gives it work.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use traceable_core::{ContextHandle, bind, bind_fn};

/// A thread pool, on rayon, that runs each piece of work in the context of whoever gave it: LangSmith's
/// `ContextThreadPoolExecutor`.
///
/// ```
/// use traceable::{ContextThreadPool, traceable};
///
/// #[traceable]
/// fn square(x: u64) -> u64 { x * x }
///
/// #[traceable]
/// fn sum_of_squares(n: u64) -> u64 {
///     let pool = ContextThreadPool::new(2).expect("threads can be started");
///     pool.map(0..n, square).into_iter().sum()      // each `square` is a child of this call
/// }
/// assert_eq!(sum_of_squares(4), 14);
/// ```
pub struct ContextThreadPool {
    pool: rayon::ThreadPool,
}

/// The pool's threads could not be started.
pub struct PoolError(rayon::ThreadPoolBuildError);

/// Work given to a [`ContextThreadPool`]. Dropping it does not stop the work.
#[must_use = "the result is lost unless it is joined"]
pub struct Submitted<R> {
    result: mpsc::Receiver<std::thread::Result<R>>,
}

impl fmt::Debug for ContextThreadPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContextThreadPool").field("threads", &self.threads()).finish()
    }
}

impl<R> fmt::Debug for Submitted<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Submitted").finish_non_exhaustive()
    }
}

impl ContextThreadPool {
    /// A pool of this many threads; 0 means one per core.
    ///
    /// # Errors
    /// The operating system refuses to start a thread.
    pub fn new(threads: usize) -> Result<ContextThreadPool, PoolError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(PoolError)?;
        Ok(ContextThreadPool { pool })
    }

    /// Gives the pool one piece of work.
    pub fn submit<R: Send + 'static>(&self, f: impl FnOnce() -> R + Send + 'static) -> Submitted<R> {
        let (sender, result) = mpsc::sync_channel(1);
        let f = bind(f);
        self.pool.spawn(move || {
            // nobody may be waiting for it any more
            let _ = sender.send(catch_unwind(AssertUnwindSafe(f)));
        });
        Submitted { result }
    }

    /// Calls `f` with each item, many at a time, and returns the results in the order of the items. What is
    /// borrowed from the caller may be used inside.
    ///
    /// # Panics
    /// If `f` panics, the panic goes on here.
    pub fn map<T: Send, R: Send>(
        &self,
        items: impl IntoIterator<Item = T>,
        f: impl Fn(T) -> R + Send + Sync,
    ) -> Vec<R> {
        let items: Vec<T> = items.into_iter().collect();
        let f = bind_fn(f);
        self.pool.install(|| items.into_par_iter().map(f).collect())
    }

    /// Runs `f` on one of the pool's threads, in the current context: what it does in parallel is done in this pool.
    /// Work that `f` gives to other threads of the pool carries the context by
    /// [`in_current_run`](crate::ParallelIteratorExt::in_current_run) or [`bind_fn`].
    ///
    /// # Panics
    /// If `f` panics, the panic goes on here.
    pub fn install<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        self.pool.install(bind(f))
    }

    /// Calls `f` with a scope in which it can spawn work that borrows from the caller, and waits for all of it.
    ///
    /// ```
    /// use traceable::{ContextThreadPool, traceable};
    ///
    /// #[traceable]
    /// fn length(text: &str) -> usize { text.len() }
    ///
    /// let pool = ContextThreadPool::new(2).expect("threads can be started");
    /// let text = String::from("four");
    /// let mut lengths = [0, 0];
    /// let [first, second] = &mut lengths;
    /// pool.scope(|scope| {
    ///     scope.spawn(|| *first = length(&text));
    ///     scope.spawn(|| *second = length("two"));
    /// });
    /// assert_eq!(lengths, [4, 3]);
    /// ```
    ///
    /// # Panics
    /// If `f` or work in the scope panics, the panic goes on here.
    pub fn scope<'scope, R>(&self, f: impl FnOnce(&PoolScope<'_, 'scope>) -> R + Send) -> R
    where
        R: Send,
    {
        let here = ContextHandle::current();
        self.pool.in_place_scope(|scope| here.__resume(|| f(&PoolScope(scope))))
    }

    /// How many threads it has.
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }
}

/// Where work that borrows is spawned; given by [`ContextThreadPool::scope`].
#[derive(Debug)]
pub struct PoolScope<'a, 'scope>(&'a rayon::Scope<'scope>);

impl<'scope> PoolScope<'_, 'scope> {
    /// Gives the pool one piece of work, in the current context.
    pub fn spawn(&self, f: impl FnOnce() + Send + 'scope) {
        let f = bind(f);
        self.0.spawn(move |_| f());
    }
}

impl<R> Submitted<R> {
    /// Waits for the result. Do not call it from work of the same pool: it blocks one of the pool's threads, and
    /// deadlocks when all are blocked. Use [`scope`](ContextThreadPool::scope) there.
    ///
    /// # Errors
    /// The work panicked: the value it panicked with, as with a thread.
    pub fn join(self) -> std::thread::Result<R> {
        self.result.recv().unwrap_or_else(|gone| Err(Box::new(gone.to_string())))
    }
}

impl fmt::Display for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the threads of a pool could not be started")
    }
}

/// As a sentence with its reason, because that is what a program shows whose `main` returns the error.
impl fmt::Debug for PoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}: {}", self.0)
    }
}

impl std::error::Error for PoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}
