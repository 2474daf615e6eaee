//! Warnings: one line each, seldom, and never on standard output. They go to the process's reporter of diagnostics, unless
//! an exporter has one of its own.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use traceable_core::diagnostics::report_delivery;

/// How often the same kind of warning may appear.
const INTERVAL: Duration = Duration::from_secs(60);

/// Takes one-line warnings of the exporter, without a line break at the end.
///
/// ```
/// use traceable_exporter::{Config, Reporter};
/// let quiet = Config::builder().endpoint("http://127.0.0.1:1984").reporter(Reporter::new(|_line| {}));
/// assert!(quiet.build().is_ok());
/// ```
#[derive(Clone)]
pub struct Reporter(Arc<dyn Fn(&str) + Send + Sync>);

impl Reporter {
    /// Calls `report` with each warning, on the exporter's thread or on the one that flushes.
    pub fn new(report: impl Fn(&str) + Send + Sync + 'static) -> Reporter {
        Reporter(Arc::new(report))
    }

    /// A panic in user code must not end the exporter's thread.
    pub(crate) fn report(&self, line: &str) {
        let _ = catch_unwind(AssertUnwindSafe(|| (self.0)(line)));
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporter")
    }
}

impl PartialEq for Reporter {
    fn eq(&self, other: &Reporter) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The reporter that holds where a configuration names none.
pub(crate) fn process_wide() -> Reporter {
    Reporter::new(report_delivery)
}

/// What a warning is about; each subject has a rate limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    QueueFull,
    TooLarge,
    Trimmed,
    Rejected,
    Unauthorized,
    Retrying,
    GivenUp,
    LeftOut,
    Spool,
    SetAside,
    Unsynced,
    Worker,
}

/// Passes warnings on, at most one per subject and minute, and says how many it kept back.
pub(crate) struct Warner {
    reporter: Option<Reporter>,
    seen: Mutex<Vec<(Subject, Instant, u64)>>,
}

impl Warner {
    pub(crate) fn new(reporter: Option<Reporter>) -> Warner {
        Warner { reporter, seen: Mutex::new(Vec::new()) }
    }

    /// Reports `line()` unless the subject was reported within the last minute.
    pub(crate) fn warn(&self, subject: Subject, line: impl FnOnce() -> String) {
        let now = Instant::now();
        let kept_back = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            match seen.iter_mut().find(|(s, ..)| *s == subject) {
                Some((_, at, kept_back)) if now.duration_since(*at) < INTERVAL => {
                    *kept_back += 1;
                    return;
                }
                Some((_, at, kept_back)) => {
                    *at = now;
                    std::mem::take(kept_back)
                }
                None => {
                    seen.push((subject, now, 0));
                    0
                }
            }
        };
        let mut line = line();
        if kept_back > 0 {
            line.push_str(&format!(" ({kept_back} more like this since the last line)"));
        }
        self.say(&line);
    }

    /// Reports without a limit.
    pub(crate) fn say(&self, line: &str) {
        let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.reporter.clone().unwrap_or_else(process_wide).report(&line);
    }
}
