//! The path from a node to the root: who is above whom, what children attach to, and how a long path is dropped.

use std::sync::Arc;

use super::inherited_settings::Settings;
use super::node::{Bound, Context, Run, Scope};
use crate::callsite::report_once::Notice;
use crate::diagnostics::counters;
use crate::diagnostics::hook::{DiagnosticKind, report_later};
use crate::diagnostics::open_traces;
use crate::identity::fork::fork_generation;

impl Context {
    /// The number of nodes above. Starts what has not started.
    pub(crate) fn depth(&self) -> u32 {
        match self {
            Context::Run(run) => run.bound().depth,
            Context::Scope(scope) => scope.depth(),
            Context::Off => 0,
        }
    }

    /// As `depth`, unless it takes the start of a run to know it.
    pub(crate) fn known_depth(&self) -> Option<u32> {
        match self {
            Context::Run(run) => run.started().map(|bound| bound.depth),
            Context::Scope(scope) => scope.known_depth(),
            Context::Off => Some(0),
        }
    }

    /// The node above, by what is known: a run that has not started is where it was called.
    fn up_so_far(&self) -> Option<Context> {
        match self {
            Context::Run(run) => run.above_so_far(),
            Context::Scope(scope) => scope.up.clone(),
            Context::Off => None,
        }
    }

    pub(crate) fn is(&self, other: &Context) -> bool {
        match (self, other) {
            (Context::Run(a), Context::Run(b)) => Arc::ptr_eq(a, b),
            (Context::Scope(a), Context::Scope(b)) => Arc::ptr_eq(a, b),
            (Context::Off, Context::Off) => true,
            _ => false,
        }
    }

    /// Whether `ancestor` is this node or above it. Starts nothing: a run that has not started is taken to be where it
    /// was called, and it will be there or below.
    pub(crate) fn is_or_descends_from(&self, ancestor: &Context) -> bool {
        if self.is(ancestor) {
            return true;
        }
        let least = ancestor.known_depth();
        let mut at = self.clone();
        while !at.is(ancestor) {
            let is_too_high = at.known_depth().zip(least).is_some_and(|(depth, least)| depth <= least);
            match at.up_so_far().filter(|_| !is_too_high) {
                Some(up) => at = up,
                None => return false,
            }
        }
        true
    }

    /// Whether it came here by a fork: the runs of another process are nobody's parents here.
    pub(crate) fn is_copy(&self) -> bool {
        match self {
            Context::Run(run) => run.is_copy(),
            Context::Scope(scope) => scope.process != fork_generation(),
            Context::Off => false,
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
                Context::Off => return None,
            }
        }
    }

    /// What is inherited here. Starts what has not started: what it inherits is known once it has its place.
    pub(crate) fn settings(&self) -> Option<Arc<Settings>> {
        match self {
            Context::Run(run) => {
                run.bound();
                run.state().settings.clone()
            }
            Context::Scope(scope) => scope.settings(),
            Context::Off => None,
        }
    }

    /// As `settings`, as far as it is known before anything starts.
    pub(crate) fn settings_so_far(&self) -> Option<Arc<Settings>> {
        let mut scopes = Vec::new();
        let mut at = Some(self.clone());
        let mut found = loop {
            at = match at {
                None | Some(Context::Off) => break None,
                Some(Context::Run(run)) if run.started().is_some() => break run.state().settings.clone(),
                Some(Context::Run(run)) => run.above_so_far(),
                Some(Context::Scope(scope)) => match scope.known_settings() {
                    Some(known) => break known,
                    None => {
                        let up = scope.up.clone();
                        scopes.push(scope);
                        up
                    }
                },
            };
        };
        for scope in scopes.iter().rev() {
            found = scope.lay_over(found);
        }
        found
    }
}

impl Run {
    /// Its place, if it is the root of a trace that a sink hears of. A copy of one is the root of nothing here.
    pub(super) fn as_root(&self) -> Option<&Bound> {
        let is_root = |bound: &&Bound| bound.parent_run_id.is_none() && bound.sink.is_some();
        self.started().filter(is_root).filter(|_| !self.is_copy())
    }
}

/// Nobody is left who could end it.
#[cold]
fn note_left_open(run: &Run) {
    if let Some(bound) = run.as_root() {
        open_traces::ends(bound.id);
    }
    // what the attribute or a block makes ends by itself; what is not recorded here has no end
    let is_manual = run.head.method().is_none() && !run.is_copy();
    if !is_manual || run.started().is_none_or(|bound| bound.sink.is_none()) {
        return;
    }
    counters::LEFT_OPEN.add();
    if let Some(callsite) = run.head.callsite()
        && callsite.history.reports.is_due(Notice::LeftOpen)
    {
        let text = format!(
            "run left open: `{}` ({}:{}) was posted and dropped before its end: it stays open for ever, unless another \
             process ends it. End it by `run.end().patch()`, also where the code returns early; or use `trace(\"..\").scope(|run| ..)`, which ends \
             by itself.",
            run.name(),
            callsite.file,
            callsite.line,
        );
        report_later(DiagnosticKind::LeftOpen, text);
    }
}

/// A long chain of ancestors whose last holder goes would recurse once per level; taken apart in a loop, it does not.
fn drop_upwards(mut next: Option<Context>) {
    while let Some(context) = next {
        next = match context {
            Context::Run(run) => Arc::into_inner(run).and_then(|mut run| run.take_up()),
            Context::Scope(scope) => Arc::into_inner(scope).and_then(|mut scope| scope.up.take()),
            Context::Off => None,
        };
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.is_new() && self.ended().is_none() {
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
