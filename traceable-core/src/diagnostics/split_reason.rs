//! Why a run that nobody meant to be a root is one.

use std::fmt;

/// Why a run that nobody meant to be a root is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SplitReason {
    /// It was called in a task that carries no context.
    NoContextInTask,
    /// It was called on a thread that carries no context.
    NoContextOnThread,
    /// A context was current on the thread, and belongs to another task.
    FencedTask,
    /// Its parent was to come from outside (headers, a dotted order), and could not be read.
    BadParent,
    /// The context was that of the process this one was forked from.
    Forked,
}

impl SplitReason {
    const ALL: [SplitReason; 5] = [
        SplitReason::NoContextInTask,
        SplitReason::NoContextOnThread,
        SplitReason::FencedTask,
        SplitReason::BadParent,
        SplitReason::Forked,
    ];

    /// The reason that stands in `metadata.split_reason`.
    pub(crate) fn of(text: &str) -> Option<SplitReason> {
        SplitReason::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// As it stands in `metadata.split_reason`.
    pub const fn as_str(self) -> &'static str {
        match self {
            SplitReason::NoContextInTask => "no_context_in_task",
            SplitReason::NoContextOnThread => "no_context_on_thread",
            SplitReason::FencedTask => "fenced_task",
            SplitReason::BadParent => "bad_parent",
            SplitReason::Forked => "forked",
        }
    }

    /// What happened, as the end of "it was called ..".
    pub(crate) const fn what(self) -> &'static str {
        match self {
            SplitReason::NoContextInTask => "in a task that carries no context",
            SplitReason::NoContextOnThread => "on a thread that carries no context",
            SplitReason::FencedTask => "in a task, inside a scope that another task has open on this thread",
            SplitReason::BadParent => "with a parent from outside that could not be read",
            SplitReason::Forked => "in a process forked from the one where its parent runs",
        }
    }

    /// What to write instead.
    pub const fn fix(self) -> &'static str {
        match self {
            SplitReason::NoContextInTask => {
                "call it before the spawn, `spawn(f(..))`, or carry the context: \
                 `spawn(async { .. }.in_current_run())`, `traceable::task::spawn(async { .. })`, \
                 `spawn_blocking(bind(|| ..))`"
            }
            SplitReason::NoContextOnThread => {
                "carry the context: `spawn(bind(|| ..))`, `traceable::thread::spawn(|| ..)`, or a \
                 `ContextThreadPool`"
            }
            SplitReason::FencedTask => {
                "open the scope inside the task, or carry the context: `spawn(async { .. }.in_current_run())`"
            }
            SplitReason::BadParent => {
                "check what the caller sends: `langsmith-trace` is to be a dotted order, as `run.to_headers()` \
                 makes it"
            }
            SplitReason::Forked => "name the parent: `Extra::new().parent(dotted_order).call(|| f(..))`",
        }
    }
}

impl fmt::Display for SplitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
