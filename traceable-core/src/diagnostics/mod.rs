//! What goes wrong in the use of this crate while a program runs: counted always, reported once, never guessed away.
//!
//! A run whose context was lost on the way begins a trace of its own. It says why in `metadata.split_reason`; the
//! function that made it is reported once, see [`set_reporter`], and listed by [`diagnostics`].
//!
//! ```
//! let before = traceable_core::diagnostics::diagnostics();
//! assert!(before.splits.is_empty());
//! ```

pub(crate) mod counters;
pub(crate) mod open_traces;
pub(crate) mod report;
pub(crate) mod split_reason;
pub(crate) mod summary;
pub(crate) mod test_thread;

pub use report::{Diagnostic, DiagnosticKind, report_delivery, set_reporter};
pub use split_reason::SplitReason;
pub use summary::{Diagnostics, Split, diagnostics};
