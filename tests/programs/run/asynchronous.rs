//! Steps in an asynchronous body.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Either, join_all, select};
use tokio::sync::Notify;

use super::functions;
use super::held::{Held, Kept};
use super::here::{Body, Here, Locals};
use super::plain;
use crate::program::*;

pub(super) fn steps<'a>(here: &'a Here, steps: &'a [Step], locals: &'a mut Locals) -> BoxFuture<'a, ()> {
    Box::pin(async move {
        for one in steps {
            step(here, one, locals).await;
        }
    })
}

/// Runs a block to its end.
pub(super) async fn block(body: Body) -> Kept {
    let Body { here, steps: all, mut locals } = body;
    steps(&here, &all, &mut locals).await;
    locals.end()
}

/// The same, and a panic ends it with nothing.
pub(super) async fn caught(body: Body) -> Kept {
    AssertUnwindSafe(block(body)).catch_unwind().await.unwrap_or_default()
}

/// A block that never ends. It says when it has done all it does.
async fn hanging(body: Body) {
    let Body { here, steps: all, mut locals } = body;
    let _ = AssertUnwindSafe(steps(&here, &all, &mut locals)).catch_unwind().await;
    hang(&here).await;
    drop(locals);
}

async fn hang(here: &Here) {
    if let Some(hangs) = &here.hangs {
        hangs.notify_one();
    }
    std::future::pending().await
}

async fn step(here: &Here, step: &Step, locals: &mut Locals) {
    match step {
        Step::Call(call) if !call.node.kind.is_plain() => {
            let mut held = functions::hold(here, call, &mut locals.kept);
            let left = held.advance(ALL).await;
            locals.kept.extend(left);
        }
        Step::Advance(id, n) => {
            // taken out: if it panics it is gone
            if let Some(mut held) = locals.kept.remove(id) {
                let left = held.advance(*n).await;
                locals.hold(*id, held);
                locals.kept.extend(left);
            }
        }
        Step::Yield => yield_now().await,
        Step::Hang => hang(here).await,
        Step::Catch(inside) => {
            let _ = AssertUnwindSafe(steps(here, inside, locals)).catch_unwind().await;
        }
        Step::Wrapped(wrapper, body) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            let left = here.wrap_future(block(body), *wrapper).await;
            locals.kept.extend(left);
        }
        Step::Spawn(spawner, wrapper, body, Ends::Aborted { waits }) => {
            let (body, hangs) = losing(here, body, locals);
            let task = here.spawn(*spawner, here.wrap_future(hanging(body), *wrapper));
            // also if this body is dropped while it waits: the task never ends by itself
            let abort = task.abort_on_drop();
            if *waits {
                hangs.notified().await;
            }
            drop(abort);
            task.join().await;
        }
        Step::Spawn(spawner, wrapper, body, Ends::Joined) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            let task = here.spawn(*spawner, here.wrap_future(block(body), *wrapper));
            let left = task.join().await;
            locals.kept.extend(left.unwrap_or_default());
        }
        Step::SpawnCall(spawner, call, joined) => spawn_call(here, *spawner, call, *joined, locals).await,
        Step::Join(blocks) => {
            let bodies = blocks.iter().map(|body| here.body(&body.takes, &mut locals.kept, &body.steps));
            let branches: Vec<_> = bodies.map(caught).collect();
            locals.kept.extend(join_all(branches).await.into_iter().flatten());
        }
        Step::Race(loser, limit) => race(here, loser, limit, locals).await,
        plain_step => plain::step(here, plain_step, locals),
    }
}

fn losing(here: &Here, body: &Block, locals: &mut Locals) -> (Body, Arc<Notify>) {
    let hangs = Arc::new(Notify::new());
    let mut inside = here.clone();
    inside.hangs = Some(hangs.clone());
    (inside.body(&body.takes, &mut locals.kept, &body.steps), hangs)
}

async fn spawn_call(here: &Here, spawner: Spawner, call: &Call, joined: bool, locals: &mut Locals) {
    let Held::Future(future, gate) = functions::hold(here, call, &mut locals.kept) else {
        unreachable!("only futures are spawned")
    };
    gate.let_all_through();
    if !joined {
        return here.spawn_detached(spawner, future);
    }
    let left = here.spawn(spawner, future).join().await.and_then(Result::ok);
    locals.kept.extend(left.unwrap_or_default());
}

async fn race(here: &Here, loser: &Block, limit: &Limit, locals: &mut Locals) {
    let (loser, hangs) = losing(here, loser, locals);
    let loser = hanging(loser);
    match limit {
        Limit::Timeout if tokio::runtime::Handle::try_current().is_ok() => {
            let _ = tokio::time::timeout(Duration::ZERO, loser).await;
        }
        Limit::Timeout => {
            loser.now_or_never();
        }
        Limit::Winner { block, waits, is_first } => {
            let body = here.body(&block.takes, &mut locals.kept, &block.steps);
            let winner = async {
                let left = caught(body).await;
                if *waits {
                    hangs.notified().await;
                }
                left
            };
            let (loser, winner) = (pin!(loser), pin!(winner));
            let left = if *is_first {
                let Either::Left((left, _)) = select(winner, loser).await else { unreachable!() };
                left
            } else {
                let Either::Right((left, _)) = select(loser, winner).await else { unreachable!() };
                left
            };
            locals.kept.extend(left);
        }
    }
}

/// Of no runtime in particular.
async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return std::task::Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}
