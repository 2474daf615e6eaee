//! The types that the other folders share: runs, changes to runs, times, dotted orders, reasons to refuse.
//!
//! In: what clients call things. Out: checked values. Never: HTTP, SQLite, I/O.

pub(crate) mod change;
pub(crate) mod dotted_order;
pub(crate) mod encoded_text;
pub(crate) mod facts;
pub(crate) mod stored_run;
pub(crate) mod time;
pub(crate) mod validation_error;
