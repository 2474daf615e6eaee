//! Steps in a plain body.

use std::panic::{AssertUnwindSafe, catch_unwind};

use traceable::Envelope;

use super::actor::Message;
use super::asynchronous;
use super::functions;
use super::held::Kept;
use super::here::{Body, Guard, Here, Locals};
use super::threads;
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
        Step::Thread(thread, body) => threads::on_thread(here, *thread, body, locals),
        Step::Pool(share, blocks) => threads::in_pool(here, *share, blocks, locals),
        Step::BlockOn(local, body) => threads::another_runtime(here, *local, body, locals),
        Step::Send(sealed, wrapper, body) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            let under_way = here.world.tasks.under_way(None);
            let message = match sealed {
                true => Message::Sealed(Envelope::new((body, *wrapper)), under_way),
                false => Message::Bare(body, *wrapper, under_way),
            };
            let _ = here.world.actor.send(message);
        }
        Step::Spawn(spawner, wrapper, body, Ends::Detached) => {
            let body = here.body(&body.takes, &mut locals.kept, &body.steps);
            here.spawn_detached(*spawner, here.wrap_future(asynchronous::block(body), *wrapper));
        }
        _ => unreachable!("only an async body waits"),
    }
}
