//! What goes wrong in the use of this crate while a program runs: counted always, reported once, never guessed away.
//!
//! A run whose context was lost on the way begins a trace of its own. It says why in `metadata.broken_trace_reason`; the
//! function that made it is reported once, see [`set_diagnostic_hook`], and listed by [`diagnostics`].
//!
//! ```
//! let before = traceable_core::diagnostics::diagnostics();
//! assert!(before.broken_traces.is_empty());
//! ```

pub(crate) mod broken_trace_reason;
pub(crate) mod counters;
pub(crate) mod open_traces;
pub(crate) mod report;
pub(crate) mod summary;
pub(crate) mod test_thread;

pub use broken_trace_reason::BrokenTraceReason;
pub use report::{Diagnostic, DiagnosticKind, report_delivery, set_diagnostic_hook};
pub use summary::{BrokenTrace, Diagnostics, diagnostics};
