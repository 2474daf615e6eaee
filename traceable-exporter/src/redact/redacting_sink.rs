//! A sink that hands on what a redaction has left.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use traceable_core::{RunOperation, RunSink};

use super::redaction::Redaction;

/// A sink around another one, which is only told what a [`Redaction`] has left.
///
/// ```
/// use std::sync::Arc;
/// use traceable_core::testing::Recorder;
/// use traceable_core::{RunTree, RunSink};
/// use traceable_exporter::{Redacted, Redaction};
///
/// let recorder = Recorder::new();
/// let sink = Arc::new(Redacted::new(Redaction::new().hide_inputs(true), recorder.sink()));
/// RunTree::builder("login").inputs(serde_json::json!({"user": "ada"})).sink(sink).build().post();
/// assert_eq!(recorder.run("login").inputs, serde_json::json!({}));
/// ```
pub struct RedactingSink {
    redaction: Redaction,
    redacting_sink: Arc<dyn RunSink>,
    failed: AtomicU64,
}

impl RedactingSink {
    /// Lets `sink` see what `redaction` leaves.
    pub fn new(redaction: Redaction, redacting_sink: Arc<dyn RunSink>) -> RedactingSink {
        RedactingSink { redaction, redacting_sink, failed: AtomicU64::new(0) }
    }

    /// Parts of runs that could not be redacted, and were replaced by a marker.
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
        self.redacting_sink.submit(operation);
    }

    fn default_project(&self) -> Option<&str> {
        self.redacting_sink.default_project()
    }

    fn default_address(&self) -> Option<&str> {
        self.redacting_sink.default_address()
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.redacting_sink.flush(timeout)
    }
}

impl fmt::Debug for RedactingSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redacted").field("redaction", &self.redaction).finish_non_exhaustive()
    }
}
