//! Where a mistake is told to the people who can mend it.

use std::cell::RefCell;
use std::fmt;
use std::io::Write as _;
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
/// Without a reporter they are warnings of `tracing` or `log`, with the features of these names and if anybody listens
/// there; else lines on stderr, in debug builds only.
///
/// ```
/// traceable_core::diagnostics::set_reporter(|diagnostic| eprintln!("{diagnostic}"));
/// ```
pub fn set_reporter(report: impl Fn(&Diagnostic) + Send + Sync + 'static) {
    *REPORTER.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(report));
}

thread_local! {
    static HELD: RefCell<Held> = const { RefCell::new(Held { depth: 0, is_reporting: false, waiting: Vec::new() }) };
}

/// Reports that wait for the code around to be through.
struct Held {
    depth: usize,
    is_reporting: bool,
    waiting: Vec<Diagnostic>,
}

/// Runs `f`, and tells of what went wrong in it afterwards: the reporter is the user's code, and must not run while a
/// run is being given its place, for which it may ask.
pub(crate) fn holding<R>(f: impl FnOnce() -> R) -> R {
    struct Release;
    impl Drop for Release {
        fn drop(&mut self) {
            let waiting = HELD.try_with(|held| {
                let mut held = held.borrow_mut();
                held.depth -= 1;
                if held.depth == 0 { std::mem::take(&mut held.waiting) } else { Vec::new() }
            });
            waiting.into_iter().flatten().for_each(tell);
        }
    }
    if HELD.try_with(|held| held.borrow_mut().depth += 1).is_err() {
        return f();
    }
    let _release = Release;
    f()
}

/// Tells of a mistake. What a reporter does wrong itself is not told to it.
pub(crate) fn report(kind: DiagnosticKind, text: String) {
    let diagnostic = Diagnostic { kind, text };
    let now = HELD.try_with(|held| {
        let mut held = held.borrow_mut();
        match held.is_reporting {
            true => None,
            false if held.depth > 0 => {
                held.waiting.push(diagnostic);
                None
            }
            false => Some(diagnostic),
        }
    });
    if let Ok(Some(diagnostic)) = now {
        tell(diagnostic);
    }
}

/// The reporter is the user's code: it opens no runs, and its panic is its own.
fn tell(diagnostic: Diagnostic) {
    let is_reporting = |is| HELD.try_with(|held| std::mem::replace(&mut held.borrow_mut().is_reporting, is));
    if is_reporting(true) != Ok(false) {
        return;
    }
    let reporter = REPORTER.read().unwrap_or_else(PoisonError::into_inner).clone();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        silently(|| match reporter {
            Some(report) => report(&diagnostic),
            None => report_by_default(&diagnostic),
        });
    }));
    let _ = is_reporting(false);
}

fn report_by_default(diagnostic: &Diagnostic) {
    #[cfg(feature = "tracing")]
    if tracing::dispatcher::has_been_set() {
        return tracing::warn!(target: "traceable", "{diagnostic}");
    }
    #[cfg(feature = "log")]
    if log::max_level() >= log::LevelFilter::Warn {
        return log::warn!(target: "traceable", "{diagnostic}");
    }
    if cfg!(debug_assertions) {
        // unlike `eprintln!` this does not panic when stderr is closed
        let _ = writeln!(std::io::stderr(), "traceable: {diagnostic}");
    }
}
