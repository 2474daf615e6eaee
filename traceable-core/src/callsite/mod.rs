//! Where in the user's code runs are made, and what became of them there.
//!
//! In: the static that the attribute's expansion keeps for each function, or a `Location`. Out: names, files and lines
//! for diagnostics, and whether a report is due. It counts and remembers; it reports nothing itself.

pub(crate) mod broken_trace_reason;
pub(crate) mod by_location;
pub(crate) mod function;
pub(crate) mod history;
pub(crate) mod report_once;
