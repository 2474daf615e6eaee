//! What a sink is given: the trait `RunSink`, and the operations (post, patch) that say what happened to a run.
//!
//! In: a run that started, changed or ended. Out: a `RunOperation`, whole and independent of the run's locks. Nothing here
//! knows where an operation comes from or goes to.

pub(crate) mod heap_size;
pub(crate) mod operation;
pub(crate) mod overrides;
pub(crate) mod run_mark;
pub(crate) mod run_sink;
pub(crate) mod run_type;
pub(crate) mod size;
pub(crate) mod text;
