//! Where a run hangs: the ambient context, the parent rule, and the ways to hand a context over.

pub(crate) mod by_hand;
#[cfg(feature = "http-body")]
pub(crate) mod carry_body;
#[cfg(feature = "sink")]
pub(crate) mod carry_sink;
pub(crate) mod current;
pub(crate) mod envelope;
pub(crate) mod extra;
pub(crate) mod giving;
pub(crate) mod hand_over;
pub(crate) mod handle;
mod inside;
pub(crate) mod parent;
pub(crate) mod propagation;
pub(crate) mod rule;
pub(crate) mod runnable_config;
pub(crate) mod slot;
pub(crate) mod task_identity;
pub(crate) mod tracing_context;
