//! What was counted, as a value.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::counters;
use crate::callsite::broken_trace_reason::BrokenTraceReason;
use crate::callsite::function::Callsite;
use crate::callsite::report_once::Notice;
use crate::capture::writer::unrecorded_values;

/// What went wrong, or was unusual, since the process began; made by [`diagnostics`].
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Diagnostics {
    /// The functions and blocks whose runs began traces of their own without being meant to, in the order in which that was
    /// seen first.
    pub broken_traces: Vec<BrokenTrace>,
    /// Runs that began after their parent had ended. Nothing is wrong with a few: what is spawned and not awaited may
    /// be late. Such a run has `metadata.late_start`.
    pub late_children: u64,
    /// Of these, the ones whose parent had ended more than a minute before: a handle is kept for too long.
    pub stale_parents: u64,
    /// Runs that were given more than 10 000 children.
    pub overgrown_runs: u64,
    /// Run ids that were given by hand more than once. The later run has a fresh one, and `metadata.dup_of`.
    pub duplicate_run_ids: u64,
    /// Futures, streams and iterators of traced calls that were dropped before anybody polled them: no run,
    /// unless a child that starts later needs one.
    pub never_polled: u64,
    /// Runs that ended because what was called was dropped.
    pub cancelled: u64,
    /// How often a [`RunSink`](crate::RunSink) panicked: as many operations were lost.
    pub sink_panics: u64,
    /// What a sink traced itself, and was not told: it would come back to it without end.
    pub from_sinks: u64,
    /// Values that are recorded as a marker, see [`Input`](crate::Input).
    pub unrecorded_values: u64,
}

/// A function, or a block, whose runs began traces of their own without being meant to.
///
/// It is one if it was a child of a run elsewhere, before or after; or if it is known that there was a parent: in another
/// task, after a fork, with a parent that cannot be read, in a task that `watch_spawns` saw. What only ever begins traces
/// is meant to.
///
/// Roots are counted: those beside an open trace, and all of what was a child before. That it was a child is remembered, and
/// not counted: children are made by the million, on many threads at once, and would wait for one another at a number that
/// each of them changes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BrokenTrace {
    /// The function, with its module; of a block its name, the first if it has had many.
    pub function: String,
    /// Its source file.
    pub file: &'static str,
    /// The line of its attribute, or of the block.
    pub line: u32,
    /// Why, the first time.
    pub reason: BrokenTraceReason,
    /// How often, on all threads.
    pub count: u64,
    /// Whose child it was elsewhere, if it was one: the likely parent.
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
        duplicate_run_ids: counters::DUPLICATE_IDS.get(),
        never_polled: counters::NEVER_POLLED.get(),
        cancelled: counters::CANCELLED.get(),
        sink_panics: counters::SINK_PANICS.get(),
        from_sinks: counters::FROM_SINKS.get(),
        unrecorded_values: unrecorded_values(),
    }
}
