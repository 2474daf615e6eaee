//! Where runs go.

use std::time::Duration;

use super::operation::RunOperation;

/// Takes what happens to runs: an exporter, a recorder for tests, a file.
///
/// `submit` is called on the program's own threads, in the middle of its work. It must not block, must not panic,
/// and must not call traced code.
///
/// Of one run the post comes first. (Not of a run made by hand of which several threads tell at once.)
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
    /// Takes one operation: a run was started (post), or has ended or changed (patch).
    fn submit(&self, operation: RunOperation);

    /// The project of runs that name none. It goes out in the headers to other processes, so that a trace stays in one
    /// project.
    fn default_project(&self) -> Option<&str> {
        None
    }

    /// The environment of an agent that runs go to, instead of a project, if they name none:
    /// `lrn:agents/{id}/environments/{environment}`. It goes out in the headers as a project does.
    fn default_address(&self) -> Option<&str> {
        None
    }

    /// Waits until what was submitted before has gone where it should, at most `timeout`. `false`: not all of it
    /// has. A sink that keeps nothing waiting need not implement it.
    fn flush(&self, timeout: Duration) -> bool {
        let _ = timeout;
        true
    }
}
