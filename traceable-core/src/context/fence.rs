//! Which task is running: an ambient context is worth nothing in another one.
//!
//! A scope that is still open on a thread while the executor polls a different task there (a guard across an await,
//! a `block_on` that drives spawned tasks) would adopt that task's runs. A false parent is worse than a root, and
//! the same program must give the same tree whether its tasks share a thread or not.

#[cfg(feature = "tokio")]
pub(crate) type Task = Option<tokio::task::Id>;

#[cfg(feature = "tokio")]
#[inline]
pub(crate) fn current_task() -> Task {
    tokio::task::try_id()
}

/// Without the feature no task is known, so no context is fenced off.
#[cfg(not(feature = "tokio"))]
pub(crate) type Task = ();

#[cfg(not(feature = "tokio"))]
#[inline]
pub(crate) fn current_task() -> Task {}
