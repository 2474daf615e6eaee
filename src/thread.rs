//! The standard library's ways to start threads, each of which carries the current context.
//!
//! ```
//! use traceable::{thread, traceable};
//!
//! #[traceable]
//! fn embed(text: &str) -> usize { text.len() }
//!
//! #[traceable]
//! fn answer(texts: &[String]) -> usize {
//!     thread::scope(|scope| {
//!         let threads: Vec<_> = texts.iter().map(|text| scope.spawn(move || embed(text))).collect();
//!         threads.into_iter().map(|thread| thread.join().unwrap()).sum()      // each `embed` is a child of `answer`
//!     })
//! }
//! assert_eq!(answer(&["four".to_owned(), "two".to_owned()]), 7);
//! ```

use std::io;
use std::thread::{JoinHandle, ScopedJoinHandle};

use traceable_core::bind;

/// [`std::thread::spawn`], in the current context.
///
/// # Panics
/// If the operating system refuses to start a thread.
pub fn spawn<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    std::thread::spawn(bind(f))
}

/// [`std::thread::scope`], whose threads carry the context of the place where they are spawned. A closure that spawns
/// in the scope itself has to be a `move` closure.
///
/// # Panics
/// If a thread panicked that was not joined.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
{
    std::thread::scope(|scope| f(Scope(scope)))
}

/// Where scoped threads are spawned; given by [`scope`].
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env: 'scope>(&'scope std::thread::Scope<'scope, 'env>);

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the current context. It may use what the scope borrows.
    ///
    /// # Panics
    /// If the operating system refuses to start a thread.
    pub fn spawn<F, R>(self, f: F) -> ScopedJoinHandle<'scope, R>
    where
        F: FnOnce() -> R + Send + 'scope,
        R: Send + 'scope,
    {
        self.0.spawn(bind(f))
    }
}

/// [`std::thread::Builder`], whose threads carry the context of the place where they are spawned.
///
/// ```
/// let thread = traceable::thread::Builder::new().name("worker".into()).spawn(|| 1).unwrap();
/// assert_eq!(thread.join().unwrap(), 1);
/// ```
#[derive(Debug)]
#[must_use = "no thread starts until `.spawn(|| ..)`"]
pub struct Builder(std::thread::Builder);

impl Builder {
    /// A thread without a name, with a stack of the usual size.
    pub fn new() -> Builder {
        Builder(std::thread::Builder::new())
    }

    /// The thread's name.
    pub fn name(self, name: String) -> Builder {
        Builder(self.0.name(name))
    }

    /// The size of its stack, in bytes.
    pub fn stack_size(self, size: usize) -> Builder {
        Builder(self.0.stack_size(size))
    }

    /// Starts it, in the current context.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn spawn<F, R>(self, f: F) -> io::Result<JoinHandle<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.0.spawn(bind(f))
    }

    /// Starts it in a [`scope`], in the current context.
    ///
    /// # Errors
    /// The operating system refuses.
    pub fn spawn_scoped<'scope, F, R>(
        self,
        scope: Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, R>>
    where
        F: FnOnce() -> R + Send + 'scope,
        R: Send + 'scope,
    {
        self.0.spawn_scoped(scope.0, bind(f))
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}
