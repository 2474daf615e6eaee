//! Diagnostics, and where they go: the hook, `tracing`, `log`, or stderr.

use std::cell::RefCell;
use std::fmt;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::capture::suppress::suppressed;

/// A mistake in the use of this crate, found at runtime, or a delivery problem. Its `Display` text is one line: what
/// happened, where, and what to write instead.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What it is about.
    pub kind: DiagnosticKind,
    text: String,
}

/// What a [`Diagnostic`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiagnosticKind {
    /// A function that runs as a child elsewhere began a trace of its own.
    BrokenTrace,
    /// A run became the child of one that had ended more than a minute before.
    StaleParent,
    /// A run has more than 10 000 children: it probably belongs to something that never ends.
    OvergrownRun,
    /// A manual run was posted and dropped before its end.
    LeftOpen,
    /// An `Extra` was meant for one traced call, and none was made inside.
    UnusedExtra,
    /// `.with_parent(..)` was called on a future that only polls the traced call. The call was made before, and keeps
    /// its parent.
    UnusedParent,
    /// A project was named for a run that is below another. A run is in the project of its trace.
    UnusedProject,
    /// A run was given an id that names another run. It got a fresh one.
    DuplicateRunId,
    /// A [`RunSink`](crate::RunSink) panicked.
    SinkPanicked,
    /// Runs are not delivered, or not all: an exporter's warning, see [`report_delivery`].
    Delivery,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

type Hook = Arc<dyn Fn(&Diagnostic) + Send + Sync>;

static HOOK: RwLock<Option<Hook>> = RwLock::new(None);

/// Sets the process's hook for diagnostics; it replaces the one before. Each mistake is reported once per callsite,
/// [`DiagnosticKind::Delivery`] as often as the sink reports it.
///
/// Without a hook, diagnostics become warnings of `tracing` or `log`, with the features of these names and if a subscriber
/// or logger is set. Otherwise they are lines on stderr: mistakes in debug builds only, delivery problems always.
///
/// ```
/// traceable_core::diagnostics::set_diagnostic_hook(|diagnostic| eprintln!("{diagnostic}"));
/// ```
pub fn set_diagnostic_hook(report: impl Fn(&Diagnostic) + Send + Sync + 'static) {
    *HOOK.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(report));
}

thread_local! {
    // never dropped, as destructors of other thread-locals report too; nothing waits when a thread has ended
    static HELD: ManuallyDrop<RefCell<Held>> = const {
        ManuallyDrop::new(RefCell::new(Held { depth: 0, is_reporting: false, waiting: Vec::new() }))
    };
}

/// Diagnostics that wait until the code around them is done.
struct Held {
    depth: usize,
    is_reporting: bool,
    waiting: Vec<Diagnostic>,
}

/// Runs `f`, and reports what went wrong in it afterwards: the hook is the user's code, and must not run while a run is
/// being bound, for which it may ask.
pub(crate) fn holding<R>(f: impl FnOnce() -> R) -> R {
    struct Release;
    impl Drop for Release {
        fn drop(&mut self) {
            let waiting = HELD.try_with(|held| {
                let mut held = held.borrow_mut();
                held.depth -= 1;
                if held.depth == 0 { std::mem::take(&mut held.waiting) } else { Vec::new() }
            });
            waiting.into_iter().flatten().for_each(deliver);
        }
    }
    if HELD.try_with(|held| held.borrow_mut().depth += 1).is_err() {
        return f();
    }
    let _release = Release;
    f()
}

/// For sinks: reports in one line why runs are not delivered. The sink decides how often.
///
/// ```
/// use traceable_core::diagnostics::{DiagnosticKind, report_delivery, set_diagnostic_hook};
/// set_diagnostic_hook(|diagnostic| assert_eq!(diagnostic.kind, DiagnosticKind::Delivery));
/// report_delivery("the queue is full: runs are lost");
/// ```
pub fn report_delivery(line: &str) {
    report(DiagnosticKind::Delivery, line.to_owned());
}

/// Reports a diagnostic. Mistakes made inside the hook are not reported.
pub(crate) fn report(kind: DiagnosticKind, text: String) {
    let mut pending = Some(Diagnostic { kind, text });
    // where the system drops it all the same, nothing waits
    let _ = HELD.try_with(|held| {
        let mut held = held.borrow_mut();
        if held.is_reporting {
            pending = None;
        } else if held.depth > 0 {
            held.waiting.extend(pending.take());
        }
    });
    if let Some(diagnostic) = pending {
        deliver(diagnostic);
    }
}

/// Diagnostics that were found where the hook must not run: whatever drops a run may hold locks.
static LATER: Mutex<Vec<Diagnostic>> = Mutex::new(Vec::new());
static ANY_LATER: AtomicBool = AtomicBool::new(false);

/// Keeps a diagnostic until [`report_waiting`].
pub(crate) fn report_later(kind: DiagnosticKind, text: String) {
    LATER.lock().unwrap_or_else(PoisonError::into_inner).push(Diagnostic { kind, text });
    ANY_LATER.store(true, Relaxed);
}

/// For sinks: reports what could not be reported where it was found, such as runs that are left open. It is reported with the
/// next operation, flush or [`diagnostics`](super::diagnostics) at the latest; a sink that is about to end calls this.
///
/// ```
/// use traceable_core::diagnostics::report_waiting;
///
/// struct File;
/// impl Drop for File {
///     fn drop(&mut self) {
///         // .. writes what is left, and drops the runs ..
///         report_waiting();
///     }
/// }
/// ```
pub fn report_waiting() {
    if ANY_LATER.load(Relaxed) && ANY_LATER.swap(false, Relaxed) {
        let waiting = std::mem::take(&mut *LATER.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(|Diagnostic { kind, text }| report(kind, text));
    }
}

/// Calls the hook. It is the user's code: it opens no runs, and its panic is caught.
fn deliver(diagnostic: Diagnostic) {
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
