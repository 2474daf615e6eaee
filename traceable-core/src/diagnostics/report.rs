//! Where a mistake is told to the people who can mend it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use crate::capture::silence::silently;

/// A mistake in the use of this crate, found while the program runs. Its `Display` text is one line that says what
/// happened, where, and what to write instead.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What kind of mistake.
    pub kind: DiagnosticKind,
    text: String,
}

/// What kind of mistake a [`Diagnostic`] tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A function that runs as a child elsewhere began a trace of its own.
    Split,
    /// A child was given to a run that had ended long before.
    StaleParent,
    /// A run has more children than a person will ever read: it probably belongs to something that never ends.
    OvergrownRun,
    /// An `Extra` was for one traced call, and there was none.
    UnusedExtra,
    /// A [`RunSink`](crate::RunSink) panicked.
    SinkPanicked,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

type Reporter = Arc<dyn Fn(&Diagnostic) + Send + Sync>;

static REPORTER: RwLock<Option<Reporter>> = RwLock::new(None);

/// Replaces what is done with mistakes. Each is reported once per place in the code.
///
/// Without a reporter they are warnings of `tracing` or `log`, with the features of these names; else lines on stderr,
/// in debug builds only.
///
/// ```
/// traceable_core::diagnostics::set_reporter(|diagnostic| eprintln!("{diagnostic}"));
/// ```
pub fn set_reporter(report: impl Fn(&Diagnostic) + Send + Sync + 'static) {
    *REPORTER.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(report));
}

/// Tells of a mistake. The reporter is the user's code: it opens no runs, and its panic is its own.
pub(crate) fn report(kind: DiagnosticKind, text: String) {
    let diagnostic = Diagnostic { kind, text };
    let reporter = REPORTER.read().unwrap_or_else(PoisonError::into_inner).clone();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        silently(|| match reporter {
            Some(report) => report(&diagnostic),
            None => report_by_default(&diagnostic),
        });
    }));
}

#[cfg(feature = "tracing")]
fn report_by_default(diagnostic: &Diagnostic) {
    tracing::warn!(target: "traceable", "{diagnostic}");
}

#[cfg(all(feature = "log", not(feature = "tracing")))]
fn report_by_default(diagnostic: &Diagnostic) {
    log::warn!(target: "traceable", "{diagnostic}");
}

#[cfg(not(any(feature = "log", feature = "tracing")))]
fn report_by_default(diagnostic: &Diagnostic) {
    use std::io::Write as _;
    if cfg!(debug_assertions) {
        // unlike `eprintln!` this does not panic when stderr is closed
        let _ = writeln!(std::io::stderr(), "traceable: {diagnostic}");
    }
}
