//! Where a step stands: what it can name, and what it can use.

use std::sync::{Arc, Mutex};

use futures::FutureExt;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use traceable::{ContextHandle, IntoParent, Parent, RunTree, TracingContext, prelude::*};

use super::Looks;
use super::actor::Message;
use super::held::{Held, Kept};
use super::tasks::{Task, Tasks};
use crate::program::*;

/// What all of a program shares.
pub(crate) struct World {
    pub(crate) outside: RunTree,
    pub(crate) unsampled: RunTree,
    pub(crate) looks: Arc<Mutex<Looks>>,
    pub(crate) actor: UnboundedSender<Message>,
    /// What has to be through before the program is.
    pub(crate) tasks: Tasks,
}

/// A function around, as the program's text has it. Handles are named from here, never from the context.
pub(crate) struct Frame {
    pub(crate) run: RunTree,
    /// The context inside.
    pub(crate) context: ContextHandle,
    pub(crate) up: Option<Arc<Frame>>,
}

#[derive(Clone)]
pub(crate) struct Here {
    pub(crate) world: Arc<World>,
    pub(crate) frame: Arc<Frame>,
    /// Told when the block around hangs, if it is one that is dropped then.
    pub(crate) hangs: Option<Arc<Notify>>,
    /// Each level of pools has threads of its own: those of one wait for the next.
    pub(crate) pools_in_use: usize,
}

/// The body of a block or of a function: its steps, and the values it has.
pub(crate) struct Body {
    pub(crate) here: Here,
    pub(crate) steps: Steps,
    pub(crate) locals: Locals,
}

/// The values of a body.
#[derive(Default)]
pub(crate) struct Locals {
    pub(crate) kept: Kept,
    pub(crate) guards: Vec<Guard>,
}

/// Makes a traced call when it is dropped.
pub(crate) struct Guard(pub(crate) Id);

impl Drop for Guard {
    fn drop(&mut self) {
        super::functions::on_drop(self.0);
    }
}

impl Locals {
    /// Moves values out of those of the body around. Some may be gone.
    pub(crate) fn taking(takes: &[Id], from: &mut Kept) -> Locals {
        let kept = takes.iter().filter_map(|id| Some((*id, from.remove(id)?))).collect();
        Locals { kept, guards: Vec::new() }
    }

    /// The end of the body: guards go, and what is left is returned.
    pub(crate) fn end(self) -> Kept {
        drop(self.guards);
        self.kept
    }

    pub(crate) fn hold(&mut self, id: Id, held: Held) {
        self.kept.insert(id, held);
    }
}

impl Here {
    pub(crate) fn body(&self, takes: &[Id], from: &mut Kept, steps: &Steps) -> Body {
        Body { here: self.clone(), steps: steps.clone(), locals: Locals::taking(takes, from) }
    }

    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        spawner: Spawner,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Task<T> {
        self.world.tasks.spawn(spawner, future)
    }

    /// Spawns what nobody waits for. What it leaves goes in its task, not where it happens to be noticed.
    pub(crate) fn spawn_detached<T: Send + 'static>(
        &self,
        spawner: Spawner,
        future: impl Future<Output = T> + Send + 'static,
    ) {
        self.spawn(spawner, future.map(drop));
    }

    pub(crate) fn inside(&mut self, run: RunTree) {
        let context = ContextHandle::current();
        self.frame = Arc::new(Frame { run, context, up: Some(self.frame.clone()) });
    }

    fn frame(&self, n: usize) -> &Frame {
        let mut frame = &self.frame;
        for _ in 0..n {
            frame = frame.up.as_ref().unwrap_or(frame);
        }
        frame
    }

    fn up(&self, n: usize) -> &RunTree {
        &self.frame(n).run
    }

    pub(crate) fn parent(&self, name: Name) -> Parent {
        match name {
            Name::Absent => None::<&RunTree>.to_parent(),
            Name::Root => Parent::Root,
            Name::Outside => self.world.outside.to_parent(),
            Name::Unsampled => self.world.unsampled.to_parent(),
            Name::Up(n) => self.up(n).to_parent(),
            // there is nothing to send of what is not recorded: another process would decide as this one did
            Name::Wire(n) if self.up(n).is_recorded() => self.up(n).dotted_order().to_parent(),
            Name::Wire(n) => self.up(n).to_parent(),
        }
    }

    /// Calls `f` inside what is around.
    pub(crate) fn around<R>(&self, around: Option<Around>, f: impl FnOnce() -> R) -> R {
        match around {
            None => f(),
            Some(Around::Extra(name)) => Extra::new().parent(self.parent(name)).call(f),
            Some(Around::RunScope(n)) => self.up(n).scope(f),
            Some(Around::Context(name)) => TracingContext::new().parent(self.parent(name)).scope(f),
            Some(Around::Tag) => Extra::new().tag("t").call(f),
            Some(Around::Detached) => traceable::detached(f),
            Some(Around::Silent) => TracingContext::new().enabled(false).scope(f),
            Some(Around::Handle(n)) => self.frame(n).context.scope(f),
            // what a bound closure does
            Some(Around::Bound(n)) => self.frame(n).context.__resume(f),
        }
    }

    pub(crate) fn look(&self, id: Id) {
        let found = RunTree::current().and_then(|run| run.id());
        self.world.looks.lock().unwrap().insert(id, found);
    }
}
