//! Passes on warnings: one line each, at most one per kind and minute, never to standard output. They go to the
//! exporter's own function or, without one, to the diagnostic hook of the process.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use traceable_core::diagnostics::report_delivery;

/// The minimum time between two warnings of one kind.
const INTERVAL: Duration = Duration::from_secs(60);

/// A function that takes warnings.
#[derive(Clone)]
pub(crate) struct OnWarning(Arc<dyn Fn(&str) + Send + Sync>);

impl OnWarning {
    pub(crate) fn new(call: impl Fn(&str) + Send + Sync + 'static) -> OnWarning {
        OnWarning(Arc::new(call))
    }

    /// Calls the function. Catches a panic in it, which must not end the exporter's thread.
    pub(crate) fn call(&self, line: &str) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.0)(line)));
    }
}

impl fmt::Debug for OnWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnWarning")
    }
}

impl PartialEq for OnWarning {
    fn eq(&self, other: &OnWarning) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The function of exporters without one of their own: passes warnings to the process's diagnostic hook.
pub(crate) fn process_wide() -> OnWarning {
    OnWarning::new(report_delivery)
}

/// What a warning is about. Each kind has its own rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WarningKind {
    QueueFull,
    TooLarge,
    Trimmed,
    Rejected,
    Unauthorized,
    Retrying,
    RetriesExhausted,
    AttachmentsDropped,
    Spool,
    Quarantined,
    Unsynced,
    Worker,
}

/// Passes warnings on, at most one per kind and minute, and says how many it suppressed.
pub(crate) struct Warner {
    on_warning: Option<OnWarning>,
    seen: Mutex<Vec<(WarningKind, Instant, u64)>>,
}

impl Warner {
    pub(crate) fn new(on_warning: Option<OnWarning>) -> Warner {
        Warner { on_warning, seen: Mutex::new(Vec::new()) }
    }

    /// Passes on `line()`, unless its kind had a warning within the last minute.
    pub(crate) fn warn(&self, kind: WarningKind, line: impl FnOnce() -> String) {
        let now = Instant::now();
        let suppressed = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            match seen.iter_mut().find(|(k, ..)| *k == kind) {
                Some((_, at, suppressed)) if now.duration_since(*at) < INTERVAL => {
                    *suppressed += 1;
                    return;
                }
                Some((_, at, suppressed)) => {
                    *at = now;
                    std::mem::take(suppressed)
                }
                None => {
                    seen.push((kind, now, 0));
                    0
                }
            }
        };
        let mut line = line();
        if suppressed > 0 {
            line.push_str(&format!(" ({suppressed} more like this since the last line)"));
        }
        self.say(&line);
    }

    /// Passes on a warning without a rate limit.
    pub(crate) fn say(&self, line: &str) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.on_warning.clone().unwrap_or_else(process_wide).call(&line);
    }
}
