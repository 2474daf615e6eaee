//! Where a task was spawned, and inside which run: a diagnostic then names the line where a context was lost.
//!
//! tokio passes this to hooks that are behind its `--cfg tokio_unstable`. Without them nothing is known.

use std::panic::Location;

use uuid::Uuid;

/// What is known of a task.
#[derive(Clone)]
pub(super) struct Spawned {
    pub(super) at: &'static Location<'static>,
    /// The run that was current there, by id and name.
    pub(super) run: Option<(Uuid, String)>,
}

#[cfg(not(all(feature = "tokio", tokio_unstable)))]
pub(super) fn current_task() -> Option<Spawned> {
    None
}

#[cfg(all(feature = "tokio", tokio_unstable))]
pub(super) use hooks::current_task;
#[cfg(all(feature = "tokio", tokio_unstable))]
pub use hooks::watch_spawns;

#[cfg(all(feature = "tokio", tokio_unstable))]
mod hooks {
    use std::collections::HashMap;
    use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

    use tokio::runtime::Builder;
    use tokio::task::Id;

    use super::Spawned;
    use crate::context::ambient::ambient;
    use crate::run::node::Context;

    static TASKS: LazyLock<Mutex<HashMap<Id, Spawned>>> = LazyLock::new(Mutex::default);

    fn tasks() -> MutexGuard<'static, HashMap<Id, Spawned>> {
        TASKS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records where each live task was spawned, and inside which run. A run that lost its context in a task then names
    /// both: in the diagnostic, in `metadata.task_spawned_at` and in `metadata.suspected_parent`. It costs a lock for
    /// each task.
    ///
    /// It needs `--cfg tokio_unstable`, and sets the builder's `on_task_spawn` and `on_task_terminate`. tokio calls
    /// these for `spawn` and what is built on it. It does not for the tasks of a `LocalSet`, nor for `spawn_blocking`:
    /// broken traces there are reported without the place.
    ///
    /// ```
    /// use tokio::runtime::Builder;
    /// let runtime = traceable_core::watch_spawns(&mut Builder::new_current_thread()).build().unwrap();
    /// runtime.block_on(async { tokio::spawn(async {}).await.unwrap() });
    /// ```
    pub fn watch_spawns(builder: &mut Builder) -> &mut Builder {
        builder
            .on_task_spawn(|task| {
                let context = ambient().context();
                let run = context.as_ref().and_then(Context::run_ref);
                let run = run.and_then(|run| Some((run.started()?.id, run.name().to_owned())));
                tasks().insert(task.id(), Spawned { at: task.spawned_at(), run });
            })
            .on_task_terminate(|task| drop(tasks().remove(&task.id())))
    }

    pub(in crate::call) fn current_task() -> Option<Spawned> {
        tasks().get(&tokio::task::try_id()?).cloned()
    }
}
