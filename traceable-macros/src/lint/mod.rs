//! What the compiler is to say of values and bodies by itself. A warning is a use of a deprecated item of the runtime:
//! procedural macros on stable can raise no other lint. A refusal is a bound that no type fulfils.
//!
//! In: a body as tokens, or the type of an argument or a result. Out: tokens that make the compiler warn, or refuse. Never
//! anything that runs with an effect.

mod calls;
mod known_calls;
pub(crate) mod lazy_output;
pub(crate) mod lock;
pub(crate) mod lost_context;
