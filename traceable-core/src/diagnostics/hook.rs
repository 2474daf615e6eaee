//! Where a mistake is told to the people who can mend it.

use std::cell::RefCell;
use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use crate::capture::suppress::suppressed;

/// A mistake in the use of this crate, found while the program runs; or what keeps runs from arriving. Its `Display`
/// text is one line that says what happened, where, and what to write instead.
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
    BrokenTrace,
    /// A child was given to a run that had ended long before.
    StaleParent,
    /// A run has more children than a person will ever read: it probably belongs to something that never ends.
    OvergrownRun,
    /// An `Extra` was for one traced call, and there was none.
    UnusedExtra,
    /// A parent was named for something else than the call that was meant, probably: it was called before.
    UnusedParent,
    /// A [`RunSink`](crate::RunSink) panicked.
    SinkPanicked,
    /// Runs do not reach their destination, or not all: what an exporter has to say, see [`report_delivery`].
    Delivery,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

type Hook = Arc<dyn Fn(&Diagnostic) + Send + Sync>;

static HOOK: RwLock<Option<Hook>> = RwLock::new(None);

/// Replaces what is done with mistakes, each of which is reported once per place in the code, and with what keeps runs
/// from arriving ([`DiagnosticKind::Delivery`]). For the whole process; the last one set counts.
///
/// Without a hook they are warnings of `tracing` or `log`, with the features of these names and if anybody listens
/// there; else lines on stderr: mistakes in debug builds only, what keeps runs from arriving always.
///
/// ```
/// traceable_core::diagnostics::set_diagnostic_hook(|diagnostic| eprintln!("{diagnostic}"));
/// ```
pub fn set_diagnostic_hook(report: impl Fn(&Diagnostic) + Send + Sync + 'static) {
    *HOOK.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(report));
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

/// Runs `f`, and tells of what went wrong in it afterwards: the hook is the user's code, and must not run while a
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

/// For sinks: tells the diagnostic hook, in one line, why runs do not reach their destination. How often is the sink's affair.
///
/// ```
/// use traceable_core::diagnostics::{DiagnosticKind, report_delivery, set_diagnostic_hook};
/// set_diagnostic_hook(|diagnostic| assert_eq!(diagnostic.kind, DiagnosticKind::Delivery));
/// report_delivery("the queue is full: runs are lost");
/// ```
pub fn report_delivery(line: &str) {
    report(DiagnosticKind::Delivery, line.to_owned());
}

/// Tells of a mistake. What the hook does wrong itself is not told to it.
pub(crate) fn report(kind: DiagnosticKind, text: String) {
    let mut untold = Some(Diagnostic { kind, text });
    // in a thread that is ending there is no such place any more, and nothing that waits
    let _ = HELD.try_with(|held| {
        let mut held = held.borrow_mut();
        if held.is_reporting {
            untold = None;
        } else if held.depth > 0 {
            held.waiting.extend(untold.take());
        }
    });
    if let Some(diagnostic) = untold {
        tell(diagnostic);
    }
}

/// The hook is the user's code: it opens no runs, and its panic is its own.
fn tell(diagnostic: Diagnostic) {
    let is_reporting = |is| HELD.try_with(|held| std::mem::replace(&mut held.borrow_mut().is_reporting, is));
    if is_reporting(true) == Ok(true) {
        return;
    }
    let hook = HOOK.read().unwrap_or_else(PoisonError::into_inner).clone();
    let _ = catch_unwind(AssertUnwindSafe(|| {
        suppressed(|| match hook {
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
    // a mistake in the code has been seen before the release; that a server is away has not
    if cfg!(debug_assertions) || diagnostic.kind == DiagnosticKind::Delivery {
        // unlike `eprintln!` this does not panic when stderr is closed
        let _ = writeln!(std::io::stderr(), "traceable: {diagnostic}");
    }
}
