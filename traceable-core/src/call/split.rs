//! Runs that begin a trace of their own although nobody meant them to: they say why, and the first of a function (or of
//! a block) that runs as a child elsewhere is reported. None is given a parent by guess.

use uuid::Uuid;

use super::spawned::{self, Spawned};
use crate::context::fence::is_in_task;
use crate::context::slot::Ambient;
use crate::diagnostics::report::{DiagnosticKind, report};
use crate::diagnostics::split_reason::SplitReason;
use crate::diagnostics::{open_traces, summary, test_thread};
use crate::run::node::{Context, Run, State};
use crate::run::site::{Notice, Site};

/// What was found where a context was looked for, if it is of no use.
pub(super) enum Lost {
    Nothing,
    Fenced(Context),
    Copied,
}

impl Lost {
    /// The context around, or what is left of it.
    pub(super) fn split(around: Ambient) -> (Option<Context>, Lost) {
        match around {
            Ambient::Here(context) => (Some(context), Lost::Nothing),
            // a scope around no run is nothing to lose
            Ambient::Fenced(context) if context.run_ref().is_none() => (None, Lost::Nothing),
            Ambient::Fenced(context) => (None, Lost::Fenced(context)),
            Ambient::Copied => (None, Lost::Copied),
            Ambient::Nothing => (None, Lost::Nothing),
        }
    }

    /// Why a run is a root. `None` where a root is what one expects: on the main thread or that of a test, outside any
    /// task.
    fn reason(&self) -> Option<SplitReason> {
        match self {
            Lost::Fenced(_) => Some(SplitReason::FencedTask),
            Lost::Copied => Some(SplitReason::Forked),
            Lost::Nothing if is_in_task() => Some(SplitReason::NoContextInTask),
            Lost::Nothing if std::thread::current().name() == Some("main") => None,
            Lost::Nothing if test_thread::is_current() => None,
            Lost::Nothing => Some(SplitReason::NoContextOnThread),
        }
    }

    /// The run in which it was lost, where that is known: its task was spawned there, or its context lay here.
    fn loser(&self, task: Option<&Spawned>) -> Option<Uuid> {
        match (task, self) {
            (Some(task), _) => task.run.as_ref().map(|(id, _)| *id),
            (None, Lost::Fenced(context)) => Some(context.run_ref()?.started()?.id),
            (None, Lost::Copied | Lost::Nothing) => None,
        }
    }
}

/// A run that is made here is a root. `known` is why, if what named the parent knows.
pub(super) fn note_root(
    site: Option<&'static Site>,
    state: &mut State,
    lost: &Lost,
    known: Option<SplitReason>,
) {
    let Some(reason) = known.or_else(|| lost.reason()) else { return };
    state.metadata("split_reason", reason.as_str());
    let task = spawned::current_task();
    if let Some(task) = &task {
        state.metadata("task_spawned_at", task.at.to_string());
    }
    let loser = lost.loser(task.as_ref());
    let suspect = loser.or_else(|| match task {
        // it was spawned inside no run
        Some(_) => None,
        None => site.filter(|site| site.watch.was_child()).and_then(open_traces::only_one_beside),
    });
    if let Some(suspect) = suspect {
        state.metadata("suspected_parent", suspect.to_string());
    }
    let Some(site) = site else { return };
    state.metadata("split_site", site.to_string());
    let had_a_parent = match reason {
        SplitReason::FencedTask | SplitReason::BadParent | SplitReason::Forked => true,
        SplitReason::NoContextOnThread | SplitReason::NoContextInTask => loser.is_some(),
    };
    // what is called while no trace is open, and is a child nowhere, simply begins one
    if had_a_parent || site.watch.was_child() || open_traces::is_any() {
        site.watch.count_split(reason);
    }
    if had_a_parent {
        summary::list(site);
    }
    tell_split(site, task.as_ref());
}

/// A run that is made here is a child.
#[inline]
pub(super) fn note_child(site: Option<&'static Site>, parent: &Run) {
    if let Some(site) = site
        && !site.watch.was_child()
    {
        note_first_child(site, parent);
    }
}

#[cold]
fn note_first_child(site: &'static Site, parent: &Run) {
    site.watch.set_parent(parent.head.call_site());
    tell_split(site, None);
}

/// Once for what is a child here and a root there. What only ever begins traces is meant to.
fn tell_split(site: &'static Site, task: Option<&Spawned>) {
    let (Some(parent), Some((reason, _))) = (site.watch.parent(), site.watch.splits()) else { return };
    summary::list(site);
    if !site.watch.is_due(Notice::Split) {
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
        "split trace: `{}` ({}:{}) began a trace of its own: it was called {}{spawned}. Elsewhere it runs \
         {elsewhere}. To keep it there, {}. If it is meant to begin traces: `#[traceable(root)]`, or `detached(|| ..)` around the call.",
        site.name,
        site.file,
        site.line,
        reason.what(),
        reason.fix(),
    );
    report(DiagnosticKind::Split, text);
}

/// A parent was put on something in which this is polled, and it stays where it was called.
#[cold]
pub(super) fn note_not_moved(site: Option<&'static Site>) {
    if let Some(site) = site
        && site.watch.is_due(Notice::UnusedParent)
    {
        let text = format!(
            "unused parent: `{name}` ({}:{}) was called before `.with_parent(..)` was put on what polls it, and stays \
             where it was called. Put the parent on the call itself, `{name}(..).with_parent(&run)`, or name it before \
             the call: `Extra::new().parent(&run).call(|| ..)`.",
            site.file,
            site.line,
            name = site.name,
        );
        report(DiagnosticKind::UnusedParent, text);
    }
}
