//! Tasks that are waited for together.

use std::ops::Deref;

use tokio::runtime::Handle;
use tokio::task::{JoinHandle, LocalSet};

use traceable_core::{TraceableExt as _, bind};

/// [`tokio_util::task::TaskTracker`] whose tasks carry the context of the place where they are spawned. Everything but
/// the spawning is its own, by dereference.
///
/// ```
/// use traceable::{task::TaskTracker, traceable};
///
/// #[traceable]
/// async fn send(_text: &'static str) {}
///
/// #[traceable]
/// async fn send_all() {
///     let tracker = TaskTracker::new();
///     tracker.spawn(async { send("one").await });        // a child of `send_all`
///     tracker.close();
///     tracker.wait().await;
/// }
/// # tokio::runtime::Runtime::new().unwrap().block_on(send_all());
/// ```
#[derive(Clone, Debug, Default)]
pub struct TaskTracker(tokio_util::task::TaskTracker);

impl TaskTracker {
    /// A tracker of no tasks.
    pub fn new() -> TaskTracker {
        TaskTracker::default()
    }

    /// The tracker as tokio-util has it.
    pub fn into_inner(self) -> tokio_util::task::TaskTracker {
        self.0
    }

    /// Spawns a task.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.spawn(future.in_current_run())
    }

    /// Spawns a task on this runtime.
    #[track_caller]
    pub fn spawn_on<F>(&self, future: F, handle: &Handle) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.0.spawn_on(future.in_current_run(), handle)
    }

    /// Spawns a task that stays on its thread.
    ///
    /// # Panics
    /// Outside a `LocalSet`.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.0.spawn_local(future.in_current_run())
    }

    /// Spawns a task on this set of local tasks.
    #[track_caller]
    pub fn spawn_local_on<F>(&self, future: F, local_set: &LocalSet) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.0.spawn_local_on(future.in_current_run(), local_set)
    }

    /// Runs a closure on a thread for blocking work.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, f: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.0.spawn_blocking(bind(f))
    }

    /// Runs a closure on a thread for blocking work of this runtime.
    #[track_caller]
    pub fn spawn_blocking_on<F, R>(&self, f: F, handle: &Handle) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.0.spawn_blocking_on(bind(f), handle)
    }
}

impl Deref for TaskTracker {
    type Target = tokio_util::task::TaskTracker;

    fn deref(&self) -> &tokio_util::task::TaskTracker {
        &self.0
    }
}
