//! A set of tasks.

use std::ops::{Deref, DerefMut};

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, LocalSet};

use traceable_core::{TraceableExt as _, bind};

/// [`tokio::task::JoinSet`] whose tasks carry the context of the place where they are spawned. Everything but the
/// spawning is tokio's own, by dereference.
///
/// ```
/// use traceable::{task::JoinSet, traceable};
///
/// #[traceable]
/// async fn embed(text: &'static str) -> usize { text.len() }
///
/// #[traceable]
/// async fn embed_all() -> usize {
///     let mut set = JoinSet::new();
///     for text in ["one", "two"] {
///         set.spawn(async move { embed(text).await });        // a child of `embed_all`
///     }
///     set.join_all().await.into_iter().sum()
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(async { assert_eq!(embed_all().await, 6) });
/// ```
#[derive(Debug)]
pub struct JoinSet<T>(tokio::task::JoinSet<T>);

impl<T> JoinSet<T> {
    /// An empty set.
    pub fn new() -> JoinSet<T> {
        JoinSet(tokio::task::JoinSet::new())
    }

    /// The set as tokio has it.
    pub fn into_inner(self) -> tokio::task::JoinSet<T> {
        self.0
    }
}

impl<T: 'static> JoinSet<T> {
    /// Spawns a task.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.0.spawn(future.in_current_run())
    }

    /// Spawns a task on this runtime.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.0.spawn_on(future.in_current_run(), handle)
    }

    /// Spawns a task that stays on its thread.
    ///
    /// # Panics
    /// Outside a `LocalSet`.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.0.spawn_local(future.in_current_run())
    }

    /// Spawns a task on this set of local tasks.
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, future: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.0.spawn_local_on(future.in_current_run(), local_set)
    }

    /// Runs a closure on a thread for blocking work.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.0.spawn_blocking(bind(f))
    }

    /// Runs a closure on a thread for blocking work of this runtime.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.0.spawn_blocking_on(bind(f), handle)
    }

    /// Waits for all tasks.
    ///
    /// # Panics
    /// If a task panicked or was aborted.
    pub async fn join_all(self) -> Vec<T> {
        self.0.join_all().await
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> JoinSet<T> {
        JoinSet::new()
    }
}

impl<T> Deref for JoinSet<T> {
    type Target = tokio::task::JoinSet<T>;

    fn deref(&self) -> &tokio::task::JoinSet<T> {
        &self.0
    }
}

impl<T> DerefMut for JoinSet<T> {
    fn deref_mut(&mut self) -> &mut tokio::task::JoinSet<T> {
        &mut self.0
    }
}

impl<T: 'static, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> JoinSet<T> {
        let mut set = JoinSet::new();
        for future in futures {
            set.spawn(future);
        }
        set
    }
}
