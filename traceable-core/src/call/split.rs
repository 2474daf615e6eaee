//! Runs that begin a trace of their own although nobody meant them to: they say why, and the first of a function that
//! runs as a child elsewhere is reported. None is given a parent by guess.

use std::sync::LazyLock;

use super::spawned::{self, Spawned};
use crate::context::fence::is_in_task;
use crate::context::slot::Ambient;
use crate::diagnostics::report::{DiagnosticKind, report};
use crate::diagnostics::split_reason::SplitReason;
use crate::diagnostics::{counters, open_traces, summary};
use crate::identity::time::Timestamp;
use crate::run::node::{Context, Run, State};
use crate::run::site::Site;

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

    /// Why a run is a root. `None` where a root is what one expects: on the main thread, outside any task.
    fn reason(&self) -> Option<SplitReason> {
        match self {
            Lost::Fenced(_) => Some(SplitReason::FencedTask),
            Lost::Copied => Some(SplitReason::Forked),
            Lost::Nothing if is_in_task() => Some(SplitReason::NoContextInTask),
            Lost::Nothing if std::thread::current().name() != Some("main") => {
                Some(SplitReason::NoContextOnThread)
            }
            Lost::Nothing => None,
        }
    }

    /// The run that is probably its parent: the one in which its task was spawned, the one whose context lay here, or
    /// the only one that could be.
    fn suspect(&self, task: Option<&Spawned>) -> Option<String> {
        let fenced = match self {
            Lost::Fenced(context) => context.run_ref().and_then(|run| run.started()).map(|bound| bound.id),
            Lost::Copied | Lost::Nothing => None,
        };
        let id = match task {
            Some(task) => task.run.as_ref().map(|(id, _)| *id),
            None => fenced.or_else(open_traces::only_one),
        };
        id.map(|id| id.to_string())
    }
}

/// A run of this function, or of a block, is a root. `known` is why, if what named the parent knows.
pub(super) fn note_root(
    site: Option<&'static Site>,
    state: &mut State,
    lost: &Lost,
    known: Option<SplitReason>,
) {
    let Some(reason) = known.or_else(|| lost.reason()) else { return };
    state.metadata("split_reason", reason.as_str());
    let task = spawned::current_task();
    if let Some(suspect) = lost.suspect(task.as_ref()) {
        state.metadata("suspected_parent", suspect);
    }
    if let Some(task) = &task {
        state.metadata("task_spawned_at", task.at.to_string());
    }
    let Some(site) = site else { return };
    state.metadata("split_site", site.to_string());
    if !is_probably_lost(site, reason) {
        return;
    }
    if site.watch.count_split(reason) {
        summary::list(site);
    }
    report_split(site, task.as_ref());
}

/// Whether there was a parent to lose. What is called while no trace is open, and is a child nowhere, simply begins
/// one.
fn is_probably_lost(site: &Site, reason: SplitReason) -> bool {
    match reason {
        SplitReason::NoContextOnThread if is_thread_of_a_test() => false,
        SplitReason::NoContextOnThread | SplitReason::NoContextInTask => {
            open_traces::is_any() || site.watch.was_child()
        }
        SplitReason::FencedTask | SplitReason::BadParent | SplitReason::Forked => true,
    }
}

/// Rust's tests run on threads that bear their names, one beside the other; what they call first begins a trace. The
/// programs that cargo makes of tests are known by their folder.
fn is_thread_of_a_test() -> bool {
    static IS_TEST_PROGRAM: LazyLock<bool> = LazyLock::new(|| {
        let program = std::env::current_exe().ok();
        program.as_ref().and_then(|path| path.parent()).is_some_and(|folder| folder.ends_with("deps"))
    });
    std::thread::current().name().is_some() && *IS_TEST_PROGRAM
}

/// A run of this function is a child.
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
    site.watch.set_parent(parent.head.site());
    report_split(site, None);
}

const SPLIT: u8 = 0;
const STALE: u8 = 1;
const OVERGROWN: u8 = 2;

/// Once for a function that is a child here and a root there.
fn report_split(site: &'static Site, task: Option<&Spawned>) {
    let (Some(parent), Some((reason, _))) = (site.watch.parent(), site.watch.splits()) else { return };
    if !site.watch.is_due(SPLIT) {
        return;
    }
    let elsewhere = match parent {
        Some(parent) => format!("under `{}` ({}:{})", parent.name, parent.file, parent.line),
        None => "as a child".to_owned(),
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

/// A run starts below one that has ended.
#[cold]
pub(super) fn note_late(site: Option<&'static Site>, state: &mut State, parent: &Run, ended: Timestamp) {
    /// A parent that ended longer ago than this is no parent that one waits for.
    const STALE_MICROS: u64 = 60_000_000;
    counters::LATE_CHILDREN.add();
    state.metadata("late_start", true);
    let since = Timestamp::now().micros().saturating_sub(ended.micros());
    if since < STALE_MICROS {
        return;
    }
    counters::STALE_PARENTS.add();
    if let Some(site) = site
        && site.watch.is_due(STALE)
    {
        let text = format!(
            "stale parent: `{}` ({}:{}) was called under `{}`, which ended {} s before: a context or a run is kept \
             for too long. What outlives a call is to be started inside `detached(|| ..)`.",
            site.name,
            site.file,
            site.line,
            parent.name(),
            since / 1_000_000,
        );
        report(DiagnosticKind::StaleParent, text);
    }
}

/// So many children are more than anybody reads.
pub(super) const MANY_CHILDREN: u32 = 10_000;

/// A run has got one child too many.
#[cold]
pub(super) fn note_overgrown(parent: &Run) {
    counters::OVERGROWN_RUNS.add();
    let Some(site) = parent.head.site() else { return };
    if site.watch.is_due(OVERGROWN) {
        let text = format!(
            "overgrown run: `{}` ({}:{}) has more than {MANY_CHILDREN} children. If it never ends, begin a trace for \
             each round: `#[traceable(root)]` on what it calls, or `detached(|| ..)` around the call.",
            site.name, site.file, site.line,
        );
        report(DiagnosticKind::OvergrownRun, text);
    }
}
