//! Where a run attaches: the ambient context, the parent rule, and the ways to carry a context elsewhere.
//!
//! In: what is current on the thread, and what the program names (`Extra`, `TracingContext`, headers). Out: the context
//! that a call starts in. A parent is never guessed: what is not known is a root, and says so.

pub(crate) mod ambient;
pub(crate) mod bind;
pub(crate) mod carry;
pub(crate) mod current;
pub(crate) mod envelope;
pub(crate) mod extra;
pub(crate) mod handle;
mod kept;
pub(crate) mod manual;
pub(crate) mod parent;
pub(crate) mod parent_rule;
pub(crate) mod remote_run;
pub(crate) mod runnable_config;
pub(crate) mod scope_settings;
pub(crate) mod tracing_context;
