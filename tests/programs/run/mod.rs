//! Runs a program for real: its nodes are functions with `#[traceable]`, its tasks are tasks.

mod actor;
mod asynchronous;
mod functions;
mod held;
mod here;
mod plain;
mod tasks;
mod threads;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock, Mutex};

use futures::FutureExt;
use traceable::prelude::*;
use traceable::{ContextHandle, process};

use crate::program::{Id, OUTSIDE, Program, Spawner};
use here::{Frame, Here, World};
use tasks::Tasks;

/// What `Look` found, the ids of runs.
pub(crate) type Looks = BTreeMap<Id, Option<uuid::Uuid>>;

/// Drives a future where there is no runtime.
pub(crate) fn on_this_thread<T>(future: impl Future<Output = T>) -> T {
    futures::executor::block_on(future)
}

/// A run whose trace is not sampled. Whatever else begins meanwhile is not either: programs begin later.
pub(crate) fn unsampled() -> &'static RunTree {
    static UNSAMPLED: LazyLock<RunTree> = LazyLock::new(|| {
        process::set_sampling_rate(0.0);
        let run = RunTree::builder("unsampled").build();
        process::set_sampling_rate(1.0);
        run
    });
    &UNSAMPLED
}

/// Runs the program to the end of all that it started, and returns what it saw.
pub(crate) async fn run(program: Program) -> Looks {
    let outside = RunTree::builder("outside").inputs(serde_json::json!({"id": OUTSIDE})).build();
    outside.post().end().patch();
    let (actor, messages) = tokio::sync::mpsc::unbounded_channel();
    let tasks = Tasks::default();
    let looks = Arc::new(Mutex::new(Looks::new()));
    let world = World {
        outside: outside.clone(),
        unsampled: unsampled().clone(),
        looks: looks.clone(),
        actor,
        tasks: tasks.clone(),
    };
    let here = Here {
        world: Arc::new(world),
        frame: Arc::new(Frame { run: outside, context: ContextHandle::current(), up: None }),
        hangs: None,
        pools_in_use: 0,
    };
    // not among the tasks that it is stopped after
    let actor = Tasks::default().spawn(Spawner::Tokio, actor::actor(messages));
    {
        // the body of the program: it panics where nothing catches
        let body = here.body(&[], &mut held::Kept::new(), &program.0);
        let _ = AssertUnwindSafe(asynchronous::block(body)).catch_unwind().await;
    }
    tasks.done().await;
    let _ = here.world.actor.send(actor::Message::Stop);
    actor.join().await;
    std::mem::take(&mut looks.lock().unwrap())
}
