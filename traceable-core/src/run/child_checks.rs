//! A run is given a child: how many it has, whether this one comes too late, and whether their clocks differ.

use super::node::{Run, State};
use crate::callsite::function::Callsite;
use crate::callsite::report_once::Notice;
use crate::diagnostics::counters;
use crate::diagnostics::hook::{DiagnosticKind, report};
use crate::identity::time::Timestamp;

/// So many children are more than anybody reads.
const MANY_CHILDREN: u32 = 10_000;

/// This run has one more.
#[inline]
pub(crate) fn count(parent: &Run) {
    if parent.count_child() == MANY_CHILDREN {
        note_overgrown(parent);
    }
}

#[cold]
fn note_overgrown(parent: &Run) {
    counters::OVERGROWN_RUNS.add();
    let Some(callsite) = parent.head.callsite() else { return };
    if callsite.history.reports.is_due(Notice::Overgrown) {
        let text = format!(
            "overgrown run: `{}` ({}:{}) has more than {MANY_CHILDREN} children. If it never ends, begin a trace for \
             each round: `#[traceable(root)]` on what it calls, or `detached(|| ..)` around the call.",
            callsite.name, callsite.file, callsite.line,
        );
        report(DiagnosticKind::OvergrownRun, text);
    }
}

/// A run that starts at `start` is below one that started at `above`, by another clock if that is later: the clock of
/// another process, or the one that the program read a start from.
#[inline]
pub(super) fn note_skew(state: &mut State, above: Timestamp, start: Timestamp) {
    let skew_ms = above.micros().saturating_sub(start.micros()) / 1000;
    if skew_ms > 0 {
        state.metadata("clock_skew_ms", skew_ms);
    }
}

/// A run that is made here starts below one that has ended before.
#[cold]
pub(crate) fn note_late(
    callsite: Option<&'static Callsite>,
    state: &mut State,
    start: Timestamp,
    parent: &Run,
    ended: Timestamp,
) {
    /// A parent that ended longer ago than this is no parent that one waits for.
    const STALE_MICROS: u64 = 60_000_000;
    counters::LATE_CHILDREN.add();
    state.metadata("late_start", true);
    let since = start.micros().saturating_sub(ended.micros());
    if since < STALE_MICROS {
        return;
    }
    counters::STALE_PARENTS.add();
    if let Some(callsite) = callsite
        && callsite.history.reports.is_due(Notice::Stale)
    {
        let text = format!(
            "stale parent: `{}` ({}:{}) was called under `{}`, which ended {} s before: a context or a handle is kept \
             for too long. Start what outlives the call inside `detached(|| ..)`.",
            callsite.name,
            callsite.file,
            callsite.line,
            parent.name(),
            since / 1_000_000,
        );
        report(DiagnosticKind::StaleParent, text);
    }
}
