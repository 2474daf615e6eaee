//! The trait that every destination of runs implements.

use std::time::Duration;

use super::operation::RunOperation;

/// A destination of runs: an exporter, a recorder for tests, a file.
///
/// `submit` runs on the program's own threads, in the middle of its work. It must not block, must not panic, and must
/// not call traced code.
///
/// The post of a run comes before its patches. (The exception: a manual run that several threads post and patch at once.)
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use traceable_core::{OperationKind, RunOperation, RunSink};
///
/// #[derive(Default)]
/// struct CountStarts(AtomicUsize);
///
/// impl RunSink for CountStarts {
///     fn submit(&self, operation: RunOperation) {
///         if operation.kind == OperationKind::Post {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait RunSink: Send + Sync + 'static {
    /// Takes one operation: a run has started (post), or has ended or changed (patch).
    fn submit(&self, operation: RunOperation);

    /// The project of runs that name none. The headers to other processes carry it, so that a trace stays in one project.
    fn default_project(&self) -> Option<&str> {
        None
    }

    /// The environment of an agent that runs go to, instead of a project, if they name none:
    /// `lrn:agents/{id}/environments/{environment}`. The headers carry it as they carry a project.
    fn default_address(&self) -> Option<&str> {
        None
    }

    /// Waits, at most `timeout`, until everything submitted before has been delivered. `false`: not all of it has. A
    /// sink that queues nothing need not implement it.
    fn flush(&self, timeout: Duration) -> bool {
        let _ = timeout;
        true
    }
}
