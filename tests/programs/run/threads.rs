//! Plain code on other threads, and other runtimes inside plain code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;
use std::sync::mpsc::channel;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use tokio::runtime::{Builder, Handle, RuntimeFlavor};
use tokio::task::LocalSet;
use traceable::{ContextThreadPool, ParallelIteratorExt as _, Submitted, bind, task, thread};

use super::asynchronous;
use super::held::Kept;
use super::here::{Body, Here, Locals};
use super::plain;
use crate::program::*;

type Result<T> = std::thread::Result<T>;

/// Runs a block to its end, or to a panic.
fn caught(body: Body) -> Result<Kept> {
    catch_unwind(AssertUnwindSafe(|| plain::block(body)))
}

fn flavor() -> Option<RuntimeFlavor> {
    Handle::try_current().ok().map(|runtime| runtime.runtime_flavor())
}

pub(super) fn on_thread(here: &Here, thread: Thread, body: &Block, locals: &mut Locals) {
    let body = here.body(&body.takes, &mut locals.kept, &body.steps);
    let work = move || plain::block(body);
    let left = match thread {
        Thread::Std => std::thread::spawn(work).join(),
        Thread::Bound => std::thread::spawn(bind(work)).join(),
        Thread::Scope => thread::scope(|scope| scope.spawn(work).join()),
        Thread::Blocking if flavor().is_some() => {
            // plain code cannot await the task
            let (sender, result) = channel();
            task::spawn_blocking(move || sender.send(catch_unwind(AssertUnwindSafe(work))));
            result.recv().unwrap()
        }
        Thread::InPlace if flavor() == Some(RuntimeFlavor::MultiThread) => {
            catch_unwind(AssertUnwindSafe(|| task::block_in_place(work)))
        }
        Thread::Spawn | Thread::Blocking | Thread::InPlace => thread::spawn(work).join(),
    };
    locals.kept.extend(left.unwrap_or_default());
}

pub(super) fn in_pool(here: &Here, share: Share, blocks: &[Block], locals: &mut Locals) {
    let pool = pool(here.pools_in_use);
    let mut here = here.clone();
    here.pools_in_use += 1;
    let bodies: Vec<_> =
        blocks.iter().map(|body| here.body(&body.takes, &mut locals.kept, &body.steps)).collect();
    let left: Vec<_> = match share {
        Share::Map => pool.map(bodies, caught),
        Share::Submit => {
            let submit = |body| pool.submit(move || plain::block(body));
            let submitted: Vec<_> = bodies.into_iter().map(submit).collect();
            submitted.into_iter().map(Submitted::join).collect()
        }
        Share::Scope => {
            let (sender, results) = channel();
            pool.scope(|scope| {
                for body in bodies {
                    let sender = sender.clone();
                    scope.spawn(move || drop(sender.send(caught(body))));
                }
            });
            drop(sender);
            results.iter().collect()
        }
        Share::Iterator => {
            let bodies = bodies.into_par_iter().in_current_run();
            pool.install(|| bodies.map(caught).collect())
        }
    };
    locals.kept.extend(left.into_iter().flat_map(Result::unwrap_or_default));
}

/// The pool of this level.
fn pool(level: usize) -> &'static ContextThreadPool {
    const LEVELS: usize = 8;
    static POOLS: [OnceLock<ContextThreadPool>; LEVELS] = [const { OnceLock::new() }; LEVELS];
    POOLS[level].get_or_init(|| ContextThreadPool::new(2).unwrap())
}

/// Runs a block on a runtime of its own; on this thread where that can be.
pub(super) fn another_runtime(here: &Here, local: bool, body: &Block, locals: &mut Locals) {
    let tasks = here.world.tasks.clone();
    let body = here.body(&body.takes, &mut locals.kept, &body.steps);
    let on_own_runtime = |body| {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let left = if local { in_local_task(body).await } else { asynchronous::caught(body).await };
            tasks.done_here().await;
            left
        })
    };
    let left = match flavor() {
        None => on_own_runtime(body),
        // nothing in a local task may block a thread of this runtime
        Some(RuntimeFlavor::MultiThread) if !local => {
            tokio::task::block_in_place(|| Handle::current().block_on(asynchronous::caught(body)))
        }
        // tokio lets no runtime begin on the thread of another
        Some(_) => {
            let work = bind(|| on_own_runtime(body));
            std::thread::scope(|scope| scope.spawn(work).join()).unwrap()
        }
    };
    locals.kept.extend(left);
}

async fn in_local_task(body: Body) -> Kept {
    let local_set = LocalSet::new();
    let spawned = async { task::spawn_local(asynchronous::block(body)).await };
    local_set.run_until(spawned).await.unwrap_or_default()
}
