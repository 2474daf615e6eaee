//! The way from a node to the root: who is above whom, what children attach to, and how a long way is taken apart.

use std::sync::Arc;

use super::node::{Context, Run, Scope};
use super::settings::Settings;
use crate::diagnostics::open_traces;
use crate::identity::fork::this_process;

impl Context {
    pub(crate) fn up(&self) -> Option<&Context> {
        match self {
            Context::Run(run) => run.bound().up.as_ref(),
            Context::Scope(scope) => scope.up.as_ref(),
            Context::Silent => None,
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        match self {
            Context::Run(run) => run.bound().depth,
            Context::Scope(scope) => scope.depth,
            Context::Silent => 0,
        }
    }

    pub(crate) fn is(&self, other: &Context) -> bool {
        match (self, other) {
            (Context::Run(a), Context::Run(b)) => Arc::ptr_eq(a, b),
            (Context::Scope(a), Context::Scope(b)) => Arc::ptr_eq(a, b),
            (Context::Silent, Context::Silent) => true,
            _ => false,
        }
    }

    /// Whether `ancestor` is this node or above it.
    pub(crate) fn is_or_descends_from(&self, ancestor: &Context) -> bool {
        let depth = ancestor.depth();
        let mut at = self;
        while at.depth() > depth {
            match at.up() {
                Some(up) => at = up,
                None => return false,
            }
        }
        at.is(ancestor)
    }

    /// Whether it came here by a fork: the runs of another process are nobody's parents here.
    pub(crate) fn is_copy(&self) -> bool {
        match self {
            Context::Run(run) => run.is_copy(),
            Context::Scope(scope) => scope.process != this_process(),
            Context::Silent => false,
        }
    }

    /// The run that children attach to.
    pub(crate) fn run(&self) -> Option<Arc<Run>> {
        self.run_ref().cloned()
    }

    pub(crate) fn run_ref(&self) -> Option<&Arc<Run>> {
        let mut at = self;
        loop {
            match at {
                Context::Run(run) => return Some(run),
                Context::Scope(scope) => at = scope.up.as_ref()?,
                Context::Silent => return None,
            }
        }
    }

    pub(crate) fn settings(&self) -> Option<Arc<Settings>> {
        match self {
            Context::Run(run) => {
                // what it inherits is known once it has its place
                run.bound();
                run.state().settings.clone()
            }
            Context::Scope(scope) => scope.settings.clone(),
            Context::Silent => None,
        }
    }
}

#[cold]
fn note_left_open(run: &Run) {
    if let Some(bound) = run.started().filter(|bound| bound.parent_run_id.is_none() && bound.sink.is_some()) {
        open_traces::ends(bound.id);
    }
}

/// A long chain of ancestors whose last holder goes would recurse once per level; taken apart in a loop, it does not.
fn drop_upwards(mut next: Option<Context>) {
    while let Some(context) = next {
        next = match context {
            Context::Run(run) => Arc::into_inner(run).and_then(|mut run| run.take_up()),
            Context::Scope(scope) => Arc::into_inner(scope).and_then(|mut scope| scope.up.take()),
            Context::Silent => None,
        };
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.is_new() && self.ended().is_none() {
            // nobody is left who could end it
            note_left_open(self);
        }
        drop_upwards(self.take_up());
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        drop_upwards(self.up.take());
    }
}
