//! What goes wrong in the use of this crate while a program runs: counted always, reported once, never guessed away.
//!
//! A run that lost its context begins a trace of its own: a broken trace. It says why in
//! `metadata.broken_trace_reason`; the function that made it is reported once, see [`set_diagnostic_hook`], and listed
//! by [`diagnostics`].
//!
//! ```
//! let before = traceable_core::diagnostics::diagnostics();
//! assert!(before.broken_traces.is_empty());
//! ```

pub(crate) mod counters;
pub(crate) mod hook;
pub(crate) mod open_traces;
pub(crate) mod summary;
pub(crate) mod thread_of_roots;

pub use self::hook::{Diagnostic, DiagnosticKind, report_delivery, report_waiting, set_diagnostic_hook};
pub use self::summary::{BrokenTrace, Diagnostics, diagnostics};
pub use crate::callsite::broken_trace_reason::BrokenTraceReason;
