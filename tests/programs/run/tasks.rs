//! Tasks: of tokio where there is a runtime, else threads.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use futures::executor::block_on;
use futures::future::{AbortHandle, BoxFuture, abortable};
use tokio::runtime::{self, Handle};
use tokio::sync::{oneshot, watch};
use traceable::{TraceableExt as _, task};

use crate::program::Spawner;

/// Where something is under way: a runtime, or threads and the actor.
type Place = Option<runtime::Id>;

/// Counts what is under way, and where.
#[derive(Clone, Default)]
pub(crate) struct Tasks(watch::Sender<HashMap<Place, usize>>);

/// Held by whatever is under way.
pub(crate) struct UnderWay(Tasks, Place);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.send_modify(|counts| *counts.entry(self.1).or_default() -= 1);
    }
}

impl Tasks {
    pub(crate) fn under_way(&self, place: Place) -> UnderWay {
        self.0.send_modify(|counts| *counts.entry(place).or_default() += 1);
        UnderWay(self.clone(), place)
    }

    /// Waits until nothing is under way in the runtime around. Its tasks end with it.
    pub(crate) async fn done_here(&self) {
        let here = Some(Handle::current().id());
        let _ = self.0.subscribe().wait_for(|counts| counts.get(&here).is_none_or(|count| *count == 0)).await;
    }

    /// Waits until nothing is under way anywhere.
    pub(crate) async fn done(&self) {
        let _ = self.0.subscribe().wait_for(|counts| counts.values().all(|count| *count == 0)).await;
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        spawner: Spawner,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        let runtime = Handle::try_current().ok();
        let under_way = self.under_way(runtime.as_ref().map(Handle::id));
        let (sender, result) = oneshot::channel();
        if let Some(runtime) = runtime {
            let (ended, abort) = start(spawner, future);
            // told from a task of its own: nothing is put around the future that is spawned
            runtime.spawn(async move {
                let _ = sender.send(ended.await);
                drop(under_way);
            });
            return Task { result, abort: Abort::Task(abort) };
        }
        // a thread finds no context by itself
        let future = if spawner.carries() { future.in_current_run().boxed() } else { future.boxed() };
        let (future, abort) = abortable(future);
        std::thread::spawn(move || {
            let ended = block_on(AssertUnwindSafe(future).catch_unwind());
            let _ = sender.send(ended.ok().and_then(Result::ok));
            drop(under_way);
        });
        Task { result, abort: Abort::Thread(abort) }
    }
}

/// Starts a task of tokio. Returns what tells its end, and what ends it.
fn start<T: Send + 'static>(
    spawner: Spawner,
    future: impl Future<Output = T> + Send + 'static,
) -> (BoxFuture<'static, Option<T>>, tokio::task::AbortHandle) {
    let task = match spawner {
        Spawner::JoinSet => {
            let mut set = task::JoinSet::new();
            let abort = set.spawn(future);
            return (Box::pin(async move { set.join_next().await?.ok() }), abort);
        }
        Spawner::Tokio => tokio::spawn(future),
        Spawner::Task => task::spawn(future),
        Spawner::TaskTracker => task::TaskTracker::new().spawn(future),
    };
    let abort = task.abort_handle();
    (Box::pin(task.map(Result::ok)), abort)
}

/// A task. To drop it does not end it.
pub(crate) struct Task<T> {
    result: oneshot::Receiver<Option<T>>,
    abort: Abort,
}

#[derive(Clone)]
enum Abort {
    Task(tokio::task::AbortHandle),
    Thread(AbortHandle),
}

impl<T> Task<T> {
    /// What it returned; nothing if it panicked or was aborted.
    pub(crate) async fn join(self) -> Option<T> {
        self.result.await.ok().flatten()
    }

    pub(crate) fn abort_on_drop(&self) -> AbortOnDrop {
        AbortOnDrop(self.abort.clone())
    }
}

pub(crate) struct AbortOnDrop(Abort);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        match &self.0 {
            Abort::Task(task) => task.abort(),
            Abort::Thread(task) => task.abort(),
        }
    }
}
