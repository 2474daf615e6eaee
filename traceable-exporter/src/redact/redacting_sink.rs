//! A sink that redacts operations and passes them on.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use traceable_core::{RunOperation, RunSink};

use super::redaction::Redaction;

/// Wraps a sink, which then gets only what a [`Redaction`] leaves.
///
/// ```
/// use std::sync::Arc;
/// use traceable_core::testing::Recorder;
/// use traceable_core::{RunTree, RunSink};
/// use traceable_exporter::{RedactingSink, Redaction};
///
/// let recorder = Recorder::new();
/// let sink = Arc::new(RedactingSink::new(Redaction::new().hide_inputs(true), recorder.sink()));
/// RunTree::builder("login").inputs(serde_json::json!({"user": "ada"})).sink(sink).build().post();
/// assert_eq!(recorder.run("login").inputs, serde_json::json!({}));
/// ```
pub struct RedactingSink {
    redaction: Redaction,
    inner: Arc<dyn RunSink>,
    failed: AtomicU64,
}

impl RedactingSink {
    /// Wraps `sink`.
    pub fn new(redaction: Redaction, sink: Arc<dyn RunSink>) -> RedactingSink {
        RedactingSink { redaction, inner: sink, failed: AtomicU64::new(0) }
    }

    /// How many parts of runs could not be redacted; each became a marker.
    pub fn redactions_failed(&self) -> u64 {
        self.failed.load(Relaxed)
    }
}

impl RunSink for RedactingSink {
    fn submit(&self, mut operation: RunOperation) {
        let failed = self.redaction.apply(&mut operation);
        if failed > 0 {
            self.failed.fetch_add(failed, Relaxed);
        }
        self.inner.submit(operation);
    }

    fn default_project(&self) -> Option<&str> {
        self.inner.default_project()
    }

    fn default_address(&self) -> Option<&str> {
        self.inner.default_address()
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.inner.flush(timeout)
    }
}

impl fmt::Debug for RedactingSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactingSink").field("redaction", &self.redaction).finish_non_exhaustive()
    }
}
