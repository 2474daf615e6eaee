//! What the attribute's expansion and `trace(..)` call: a call becomes a run, and the run ends with it.
//!
//! In: a callsite, the arguments, the user's body. Out: the body's own result, unchanged, and a run from its start to
//! its end. A call that is not recorded costs next to nothing, and nothing of it is serialised.

mod bind_to_parent;
pub(crate) mod block;
pub(crate) mod body_inputs;
mod broken_trace;
mod cancellation;
mod ending;
mod first_poll;
mod generator_ending;
mod recording;
mod reservation;
pub(crate) mod spawned;
mod start;
pub(crate) mod step;
pub(crate) mod traced_call;
mod user_code;
pub(crate) mod wrappers;
