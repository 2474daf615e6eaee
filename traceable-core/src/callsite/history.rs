//! The history of a callsite: whether one of its runs was a child, and how many were unintended roots.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::broken_trace_reason::BrokenTraceReason;
use super::report_once::ReportOnce;

/// What has become of a function's runs. Nothing here is written twice by calls that go as they did before, so calls
/// on many threads do not wait for one another: that a run was a child is remembered once, and only roots are counted.
///
/// `T` is the callsite, which holds its own history.
pub(crate) struct History<T: 'static> {
    /// The first one that a run of it was a child of; `None` for a run that no function made.
    parent: OnceLock<Option<&'static T>>,
    /// Why a run of it was a root against its will, the first time.
    broken_trace: OnceLock<BrokenTraceReason>,
    broken_traces: AtomicU64,
    pub(crate) reports: ReportOnce,
}

impl<T> History<T> {
    pub(crate) const fn new() -> History<T> {
        History {
            parent: OnceLock::new(),
            broken_trace: OnceLock::new(),
            broken_traces: AtomicU64::new(0),
            reports: ReportOnce::new(),
        }
    }

    /// Whether a run of it was a child before.
    #[inline]
    pub(crate) fn was_child(&self) -> bool {
        self.parent.get().is_some()
    }

    pub(crate) fn set_parent(&self, parent: Option<&'static T>) {
        let _ = self.parent.set(parent);
    }

    pub(crate) fn parent(&self) -> Option<Option<&'static T>> {
        self.parent.get().copied()
    }

    /// A run of it is a root against its will.
    pub(crate) fn count_broken_trace(&self, reason: BrokenTraceReason) {
        self.broken_traces.fetch_add(1, Relaxed);
        let _ = self.broken_trace.set(reason);
    }

    /// The first reason, and how many there were.
    pub(crate) fn broken_traces(&self) -> Option<(BrokenTraceReason, u64)> {
        self.broken_trace.get().map(|reason| (*reason, self.broken_traces.load(Relaxed)))
    }
}
