//! tokio's ways to start tasks, each of which carries the current context.
//!
//! A traced call that is spawned directly, `tokio::spawn(answer(question))`, needs none of this: it is made here, and
//! nests here. These are for blocks and closures that make their calls later, in the task.
//!
//! ```
//! use traceable::{task, traceable};
//!
//! #[traceable]
//! async fn embed(text: String) -> usize { text.len() }
//!
//! #[traceable]
//! async fn answer(text: String) -> usize {
//!     let length = task::spawn(async move { embed(text).await });      // `embed` is a child of `answer`
//!     length.await.unwrap()
//! }
//! # tokio::runtime::Runtime::new().unwrap().block_on(async { assert_eq!(answer("four".into()).await, 4) });
//! ```

mod join_set;
#[cfg(feature = "tokio-util")]
mod task_tracker;

use tokio::task::JoinHandle;

use crate::{TraceableExt as _, bind};

pub use join_set::JoinSet;
#[cfg(feature = "tokio-util")]
pub use task_tracker::TaskTracker;
#[cfg(tokio_unstable)]
pub use traceable_core::watch_spawns;

/// [`tokio::spawn`], in the current context.
///
/// # Panics
/// Outside a tokio runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_current_run())
}

/// [`tokio::task::spawn_local`], in the current context.
///
/// # Panics
/// Outside a `LocalSet` or a local runtime.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    tokio::task::spawn_local(future.in_current_run())
}

/// [`tokio::task::spawn_blocking`], in the current context.
///
/// # Panics
/// Outside a tokio runtime.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(bind(f))
}

/// [`tokio::task::block_in_place`], in the current context.
///
/// # Panics
/// On a `current_thread` runtime.
#[track_caller]
pub fn block_in_place<R>(f: impl FnOnce() -> R) -> R {
    tokio::task::block_in_place(bind(f))
}
