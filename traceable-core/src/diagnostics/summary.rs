//! The counts of the process, as a value: `Diagnostics`.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::counters;
use super::hook::report_waiting;
use crate::callsite::broken_trace_reason::BrokenTraceReason;
use crate::callsite::function::Callsite;
use crate::callsite::report_once::Notice;
use crate::capture::marker::unrecorded_values;

/// What went wrong, or was unusual, since the process began; made by [`diagnostics`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Diagnostics {
    /// Functions and blocks whose runs began traces of their own unintentionally, in the order first seen.
    pub broken_traces: Vec<BrokenTrace>,
    /// Runs that started after their parent had ended. A few are normal: what is spawned and not awaited may be late.
    /// Such a run has `metadata.late_start`.
    pub late_children: u64,
    /// Of these, runs whose parent had ended more than a minute before: something keeps a handle for too long.
    pub stale_parents: u64,
    /// Runs with more than 10 000 children.
    pub overgrown_runs: u64,
    /// Manual runs that were posted and dropped before they were ended by [`patch`](crate::RunTree::patch): they stay open.
    pub left_open: u64,
    /// Runs that were given an id which names another run. They have fresh ids, and `metadata.dup_of`.
    pub duplicate_run_ids: u64,
    /// Futures, streams and iterators of traced calls that were dropped before their first poll. They leave no run,
    /// unless a child that starts later needs one.
    pub never_polled: u64,
    /// Runs that ended because their future was dropped.
    pub cancelled: u64,
    /// How often a [`RunSink`](crate::RunSink) panicked: as many operations were lost.
    pub sink_panics: u64,
    /// Operations that a sink caused while it handled one. They are dropped: submitting them would never end.
    pub sink_reentry: u64,
    /// Values that were replaced by a marker, see [`Input`](crate::Input).
    pub unrecorded_values: u64,
}

impl fmt::Display for Diagnostics {
    /// What there is of it, in one line: `2 broken traces, 1 cancelled run`, or `nothing unusual`. Each broken trace
    /// follows on a line of its own.
    ///
    /// ```
    /// let report = traceable_core::diagnostics::diagnostics().to_string();
    /// assert_eq!(report, "nothing unusual");
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // a field that is added is missed here
        let Diagnostics {
            broken_traces,
            late_children,
            stale_parents,
            overgrown_runs,
            left_open,
            duplicate_run_ids,
            never_polled,
            cancelled,
            sink_panics,
            sink_reentry,
            unrecorded_values,
        } = self;
        let counts = [
            (broken_traces.len() as u64, "broken trace", "broken traces"),
            (*late_children, "late child", "late children"),
            (*stale_parents, "child of a stale parent", "children of stale parents"),
            (*overgrown_runs, "overgrown run", "overgrown runs"),
            (*left_open, "run left open", "runs left open"),
            (*duplicate_run_ids, "duplicate run id", "duplicate run ids"),
            (*never_polled, "call never polled", "calls never polled"),
            (*cancelled, "cancelled run", "cancelled runs"),
            (*sink_panics, "panic of a sink", "panics of a sink"),
            (*sink_reentry, "operation caused by a sink", "operations caused by a sink"),
            (*unrecorded_values, "value not recorded", "values not recorded"),
        ];
        let mut separator = "";
        for (count, one, many) in counts.into_iter().filter(|(count, ..)| *count > 0) {
            write!(f, "{separator}{count} {}", if count == 1 { one } else { many })?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("nothing unusual")?;
        }
        broken_traces.iter().try_for_each(|broken| write!(f, "\n{broken}"))
    }
}

/// A function or block whose runs began traces of their own unintentionally.
///
/// It is listed if its run was a child elsewhere, before or after, or if a parent certainly existed: in another task,
/// before a fork, in unreadable headers, or where `watch_spawns` saw the task spawned. A function that only ever begins
/// traces is taken to be meant so.
///
/// It counts roots that began beside an open trace, and every root of a callsite that was a child before. Children are
/// not counted: millions of them on many threads would contend for the counter.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BrokenTrace {
    /// The function with its module; for a block its (first) name.
    pub function: String,
    /// Its source file.
    pub file: &'static str,
    /// The line of its attribute, or of the block.
    pub line: u32,
    /// The reason, the first time.
    pub reason: BrokenTraceReason,
    /// How often, on all threads.
    pub count: u64,
    /// The parent it had elsewhere, if it had one: the likely parent here.
    pub likely_parent: Option<String>,
}

impl fmt::Display for BrokenTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BrokenTrace { function, file, line, reason, count, likely_parent } = self;
        write!(f, "`{function}` ({file}:{line}), {count} times, first called {}", reason.what())?;
        if let Some(parent) = likely_parent {
            write!(f, "; elsewhere it runs under `{parent}`")?;
        }
        write!(f, ". To keep it below its caller, {}.", reason.fix())
    }
}

static BROKEN_TRACES: Mutex<Vec<&'static Callsite>> = Mutex::new(Vec::new());

/// This function is one of them from now on.
pub(crate) fn list(callsite: &'static Callsite) {
    if !callsite.history.reports.is_due(Notice::Listed) {
        return;
    }
    BROKEN_TRACES.lock().unwrap_or_else(PoisonError::into_inner).push(callsite);
}

/// What went wrong, or was unusual, since the process began.
///
/// ```
/// for broken in traceable_core::diagnostics::diagnostics().broken_traces {
///     println!("{} ({}:{}): {}", broken.function, broken.file, broken.line, broken.reason.fix());
/// }
/// ```
pub fn diagnostics() -> Diagnostics {
    report_waiting();
    let callsites = BROKEN_TRACES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let broken_traces = callsites.into_iter().filter_map(|callsite| {
        let (reason, count) = callsite.history.broken_traces()?;
        Some(BrokenTrace {
            function: callsite.path(),
            file: callsite.file,
            line: callsite.line,
            reason,
            count,
            likely_parent: callsite
                .history
                .parent()
                .map(|parent| parent.map_or("a run of another process".to_owned(), Callsite::path)),
        })
    });
    Diagnostics {
        broken_traces: broken_traces.collect(),
        late_children: counters::LATE_CHILDREN.get(),
        stale_parents: counters::STALE_PARENTS.get(),
        overgrown_runs: counters::OVERGROWN_RUNS.get(),
        left_open: counters::LEFT_OPEN.get(),
        duplicate_run_ids: counters::DUPLICATE_IDS.get(),
        never_polled: counters::NEVER_POLLED.get(),
        cancelled: counters::CANCELLED.get(),
        sink_panics: counters::SINK_PANICS.get(),
        sink_reentry: counters::SINK_REENTRY.get(),
        unrecorded_values: unrecorded_values(),
    }
}
