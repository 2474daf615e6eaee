//! Which task is running: an ambient context is worth nothing in another one.
//!
//! A scope that is still open on a thread while the executor polls a different task there (a guard across an await,
//! a `block_on` that drives spawned tasks) would adopt that task's runs. A false parent is worse than a root, and
//! the same program must give the same tree whether its tasks share a thread or not.

#[cfg(feature = "tokio")]
mod known {
    /// A task of tokio's, or none.
    pub(crate) type Task = Option<tokio::task::Id>;

    pub(crate) const NO_TASK: Task = None;

    #[inline]
    pub(crate) fn current_task() -> Task {
        tokio::task::try_id()
    }
}

#[cfg(not(feature = "tokio"))]
mod known {
    /// Without the feature no task is known, so no context is fenced off.
    #[derive(Clone, Copy, PartialEq)]
    pub(crate) struct Task;

    pub(crate) const NO_TASK: Task = Task;

    #[inline]
    pub(crate) fn current_task() -> Task {
        Task
    }
}

pub(crate) use known::{NO_TASK, Task, current_task};

/// Whether the code runs in a task.
pub(crate) fn is_in_task() -> bool {
    current_task() != NO_TASK
}
