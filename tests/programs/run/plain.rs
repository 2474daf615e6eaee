//! Steps in a plain body.

use std::panic::{AssertUnwindSafe, catch_unwind};

use traceable::bind;

use super::actor::Message;
use super::asynchronous;
use super::functions;
use super::held::Kept;
use super::here::{Body, Guard, Here, Locals, pool};
use crate::program::*;

pub(super) fn steps(here: &Here, steps: &[Step], locals: &mut Locals) {
    steps.iter().for_each(|one| step(here, one, locals));
}

/// Runs a block to its end.
pub(super) fn block(body: Body) -> Kept {
    let Body { here, steps: all, mut locals } = body;
    steps(&here, &all, &mut locals);
    locals.end()
}

/// A step that waits for nothing but threads.
pub(super) fn step(here: &Here, step: &Step, locals: &mut Locals) {
    match step {
        Step::Call(call) if call.node.kind.is_plain() => {
            let left = functions::plain(here, call, &mut locals.kept);
            locals.kept.extend(left.unwrap_or_default());
        }
        Step::Call(call) => functions::hold(here, call, &mut locals.kept).advance_iter(ALL),
        Step::Hold(call) => {
            let held = functions::hold(here, call, &mut locals.kept);
            locals.hold(call.node.id, held);
        }
        Step::Next(id, n) => {
            // taken out: if it panics it is gone
            if let Some(mut held) = locals.kept.remove(id) {
                held.advance_iter(*n);
                locals.hold(*id, held);
            }
        }
        Step::Drop(id) => drop(locals.kept.remove(id)),
        Step::Guard(id) => locals.guards.push(Guard(*id)),
        Step::Look(id) => here.look(*id),
        Step::Catch(inside) => drop(catch_unwind(AssertUnwindSafe(|| steps(here, inside, locals)))),
        Step::Scope(around, inside) => here.around(Some(*around), || steps(here, inside, locals)),
        Step::Thread(bound, body) => thread(here, *bound, body, locals),
        Step::Pool(map, blocks) => in_pool(here, *map, blocks, locals),
        Step::BlockOn(body) => another_runtime(here, body, locals),
        Step::Send(wrapper, body) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            let under_way = here.world.tasks.under_way(None);
            let _ = here.world.actor.send(Message::Work(body, *wrapper, under_way));
        }
        Step::Spawn(wrapper, body, Ends::Detached) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            here.spawn_detached(here.wrap_future(asynchronous::block(body), *wrapper));
        }
        _ => unreachable!("only an async body waits"),
    }
}

fn thread(here: &Here, bound: bool, body: &Block, locals: &mut Locals) {
    let body = here.body(&body.takes, &mut locals.kept, &body.steps);
    let work = move || block(body);
    let thread = if bound { std::thread::spawn(bind(work)) } else { std::thread::spawn(work) };
    locals.kept.extend(thread.join().unwrap_or_default());
}

fn in_pool(here: &Here, map: bool, blocks: &[Block], locals: &mut Locals) {
    let pool = pool(here.pools_in_use);
    let mut here = here.clone();
    here.pools_in_use += 1;
    let bodies: Vec<_> =
        blocks.iter().map(|body| here.body(&body.takes, &mut locals.kept, &body.steps)).collect();
    let work = |body| catch_unwind(AssertUnwindSafe(|| block(body)));
    let left: Vec<_> = if map {
        pool.map(bodies, work)
    } else {
        let submitted: Vec<_> = bodies.into_iter().map(|body| pool.submit(move || block(body))).collect();
        submitted.into_iter().map(traceable::Submitted::join).collect()
    };
    locals.kept.extend(left.into_iter().flat_map(Result::unwrap_or_default));
}

/// Runs a block on a runtime of its own; on this thread where that can be.
fn another_runtime(here: &Here, body: &Block, locals: &mut Locals) {
    use tokio::runtime::{Handle, RuntimeFlavor};

    let tasks = here.world.tasks.clone();
    let body = here.body(&body.takes, &mut locals.kept, &body.steps);
    let on_own_runtime = |body| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let left = asynchronous::caught(body).await;
            tasks.done_here().await;
            left
        })
    };
    let left = match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Err(_) => on_own_runtime(body),
        Ok(RuntimeFlavor::MultiThread) => {
            tokio::task::block_in_place(|| Handle::current().block_on(asynchronous::caught(body)))
        }
        // tokio lets no runtime begin on the thread of another
        Ok(_) => {
            let work = bind(|| on_own_runtime(body));
            std::thread::scope(|scope| scope.spawn(work).join()).unwrap()
        }
    };
    locals.kept.extend(left);
}
