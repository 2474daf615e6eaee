//! Single tasks.

use tokio::task::JoinHandle;
use traceable_core::{TraceableExt as _, bind};

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
