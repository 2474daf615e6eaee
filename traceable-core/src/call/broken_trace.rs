//! Broken traces: runs that begin a trace of their own although nobody meant them to. Each says why; the first of a
//! callsite that is a child elsewhere is reported. Parents are never guessed.

use uuid::Uuid;

use super::spawned::{self, Spawned};
use crate::callsite::broken_trace_reason::BrokenTraceReason;
use crate::callsite::function::Callsite;
use crate::callsite::report_once::Notice;
use crate::context::ambient::Ambient;
use crate::diagnostics::hook::{DiagnosticKind, report};
use crate::diagnostics::open_traces;
use crate::diagnostics::summary;
use crate::diagnostics::thread_of_roots;
use crate::process::task_identity::is_in_task;
use crate::run::node::{Context, Run, State};

/// What was found where a context was looked for, if it is of no use.
pub(super) enum Lost {
    Nothing,
    OtherTask(Context),
    Copied,
}

impl Lost {
    /// The context around, or what is left of it.
    pub(super) fn split(around: Ambient) -> (Option<Context>, Lost) {
        match around {
            Ambient::Here(context) => (Some(context), Lost::Nothing),
            // a scope around no run is nothing to lose
            Ambient::OtherTask(context) if context.run_ref().is_none() => (None, Lost::Nothing),
            Ambient::OtherTask(context) => (None, Lost::OtherTask(context)),
            Ambient::Copied => (None, Lost::Copied),
            Ambient::Nothing => (None, Lost::Nothing),
        }
    }

    /// Why a run is a root. `None` where a root is what one expects: on the main thread or that of a test, outside any
    /// task.
    fn reason(&self) -> Option<BrokenTraceReason> {
        match self {
            Lost::OtherTask(_) => Some(BrokenTraceReason::OtherTask),
            Lost::Copied => Some(BrokenTraceReason::Forked),
            Lost::Nothing if is_in_task() => Some(BrokenTraceReason::NoContextInTask),
            Lost::Nothing if thread_of_roots::is_main() || thread_of_roots::is_of_a_test() => None,
            Lost::Nothing => Some(BrokenTraceReason::NoContextOnThread),
        }
    }

    /// The run that lost the context, if it is known: the task was spawned in it, or its context was found on this
    /// thread.
    fn suspected_parent(&self, task: Option<&Spawned>) -> Option<Uuid> {
        match (task, self) {
            (Some(task), _) => task.run.as_ref().map(|(id, _)| *id),
            (None, Lost::OtherTask(context)) => Some(context.run_ref()?.started()?.id),
            (None, Lost::Copied | Lost::Nothing) => None,
        }
    }
}

/// A run that is made here is a root. `known` is why, if what named the parent knows.
pub(super) fn note_root(
    callsite: Option<&'static Callsite>,
    state: &mut State,
    lost: &Lost,
    known: Option<BrokenTraceReason>,
) {
    let Some(reason) = known.or_else(|| lost.reason()) else { return };
    state.metadata("broken_trace_reason", reason.as_str());
    let task = spawned::current_task();
    if let Some(task) = &task {
        state.metadata("task_spawned_at", task.at.to_string());
    }
    let evident = lost.suspected_parent(task.as_ref());
    let suspect = evident.or_else(|| match task {
        // it was spawned inside no run
        Some(_) => None,
        None => {
            callsite.filter(|callsite| callsite.history.was_child()).and_then(open_traces::only_one_beside)
        }
    });
    if let Some(suspect) = suspect {
        state.metadata("suspected_parent", suspect.to_string());
    }
    let Some(callsite) = callsite else { return };
    state.metadata("broken_trace_site", callsite.to_string());
    let had_a_parent = match reason {
        BrokenTraceReason::OtherTask | BrokenTraceReason::BadParent | BrokenTraceReason::Forked => true,
        BrokenTraceReason::NoContextOnThread | BrokenTraceReason::NoContextInTask => evident.is_some(),
    };
    // what is called while no trace is open, and is a child nowhere, simply begins one
    if had_a_parent || callsite.history.was_child() || open_traces::is_any() {
        callsite.history.count_broken_trace(reason);
    }
    if had_a_parent {
        summary::list(callsite);
    }
    report_broken_trace(callsite, task.as_ref());
}

/// A run that is made here is a child.
#[inline]
pub(super) fn note_child(callsite: Option<&'static Callsite>, parent: &Run) {
    if let Some(callsite) = callsite
        && !callsite.history.was_child()
    {
        note_first_child(callsite, parent);
    }
}

#[cold]
fn note_first_child(callsite: &'static Callsite, parent: &Run) {
    callsite.history.set_parent(parent.head.callsite());
    report_broken_trace(callsite, None);
}

/// Reports, once, a callsite whose runs are children in one place and roots in another. One that only ever begins
/// traces is taken to be meant so.
fn report_broken_trace(callsite: &'static Callsite, task: Option<&Spawned>) {
    let (Some(parent), Some((reason, _))) = (callsite.history.parent(), callsite.history.broken_traces())
    else {
        return;
    };
    summary::list(callsite);
    if !callsite.history.reports.is_due(Notice::BrokenTrace) {
        return;
    }
    let elsewhere = match parent {
        Some(parent) => format!("under `{}` ({}:{})", parent.name, parent.file, parent.line),
        None => "under a run of another process".to_owned(),
    };
    let spawned = match task {
        Some(Spawned { at, run: Some((_, name)) }) => format!(", which was spawned at {at}, inside `{name}`"),
        Some(Spawned { at, run: None }) => format!(", which was spawned at {at}"),
        None => String::new(),
    };
    let text = format!(
        "broken trace: `{}` ({}:{}) began a trace of its own: it was called {}{spawned}. Elsewhere it runs \
         {elsewhere}. To nest it there, {}. If it is meant to begin traces, write `#[traceable(root)]`, or \
         `detached(|| ..)` around the call.",
        callsite.name,
        callsite.file,
        callsite.line,
        reason.what(),
        reason.fix(),
    );
    report(DiagnosticKind::BrokenTrace, text);
}

/// A parent was put on something in which this is polled: it keeps the parent from its call.
#[cold]
pub(super) fn note_not_moved(callsite: Option<&'static Callsite>) {
    if let Some(callsite) = callsite
        && callsite.history.reports.is_due(Notice::UnusedParent)
    {
        let text = format!(
            "unused parent: `{name}` ({}:{}) was called before `.with_parent(..)` was put on what polls it: it \
             keeps its parent. Put the parent on the call itself, `{name}(..).with_parent(&run)`, or name it before \
             the call: `Extra::new().parent(&run).call(|| ..)`.",
            callsite.file,
            callsite.line,
            name = callsite.name,
        );
        report(DiagnosticKind::UnusedParent, text);
    }
}
