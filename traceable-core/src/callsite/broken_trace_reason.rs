//! Why a run became a root unintentionally: the reasons, their texts and their fixes.

use std::fmt;

/// Why a run became a root unintentionally.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BrokenTraceReason {
    /// It was called in a task that carries no context.
    NoContextInTask,
    /// It was called on a thread that carries no context.
    NoContextOnThread,
    /// A context was current on the thread, and belongs to another task.
    OtherTask,
    /// Its parent was named from outside (headers, a dotted order) and could not be read.
    BadParent,
    /// The context belonged to the process that this one was forked from.
    Forked,
}

impl BrokenTraceReason {
    const ALL: [BrokenTraceReason; 5] = [
        BrokenTraceReason::NoContextInTask,
        BrokenTraceReason::NoContextOnThread,
        BrokenTraceReason::OtherTask,
        BrokenTraceReason::BadParent,
        BrokenTraceReason::Forked,
    ];

    /// The reason in `metadata.broken_trace_reason`.
    pub(crate) fn of(text: &str) -> Option<BrokenTraceReason> {
        BrokenTraceReason::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// As it is written in `metadata.broken_trace_reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            BrokenTraceReason::NoContextInTask => "no_context_in_task",
            BrokenTraceReason::NoContextOnThread => "no_context_on_thread",
            BrokenTraceReason::OtherTask => "other_task",
            BrokenTraceReason::BadParent => "bad_parent",
            BrokenTraceReason::Forked => "forked",
        }
    }

    /// What happened, as the end of "it was called ..".
    pub(crate) const fn what(self) -> &'static str {
        match self {
            BrokenTraceReason::NoContextInTask => "in a task that carries no context",
            BrokenTraceReason::NoContextOnThread => "on a thread that carries no context",
            BrokenTraceReason::OtherTask => {
                "in a task, inside a scope that another task has open on this thread"
            }
            BrokenTraceReason::BadParent => "with a parent from outside that could not be read",
            BrokenTraceReason::Forked => "in a process forked from the one where its parent runs",
        }
    }

    /// What to write instead.
    pub const fn fix(self) -> &'static str {
        match self {
            BrokenTraceReason::NoContextInTask => {
                "call it before the spawn, `spawn(f(..))`, or carry the context: \
                 `spawn(async { .. }.in_current_run())`, `traceable::task::spawn(async { .. })`, \
                 `spawn_blocking(bind(|| ..))`"
            }
            BrokenTraceReason::NoContextOnThread => {
                "carry the context: `spawn(bind(|| ..))`, `traceable::thread::spawn(|| ..)`, or a \
                 `ContextThreadPool`"
            }
            BrokenTraceReason::OtherTask => {
                "open the scope inside the task, or carry the context: `spawn(async { .. }.in_current_run())`"
            }
            BrokenTraceReason::BadParent => {
                "check the caller's headers: `langsmith-trace` must be a dotted order, as `run.to_headers()` \
                 writes it, by a clock that is not years ahead"
            }
            BrokenTraceReason::Forked => {
                "name the parent: `Extra::new().parent(dotted_order).call(|| f(..))`"
            }
        }
    }
}

impl fmt::Display for BrokenTraceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
