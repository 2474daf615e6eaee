//! Reads from the return type where the run ends.
//!
//! In: a return type. Out: a [`Shape`], the steps from what the function returns to the end of its run. Never looks at
//! the body, and never guesses what an alias stands for.
//!
//! tracing and fastrace read the body, and so miss `Box::pin(g(a))`, `.boxed()` and every stream. A type cannot be
//! misread: if it is an alias that we do not know, the result does not serialise, and the program does not compile.

mod bounds;
mod forced;
mod hidden;
mod kind;
mod known_values;
mod read;
mod shape;
mod unsupported_types;

pub(crate) use self::hidden::{Hidden, may_be_lazy};
pub(crate) use self::kind::Kind;
pub(crate) use self::known_values::{is_task_handle, is_value};
pub(crate) use self::shape::{Boxing, Shape};
pub(crate) use self::unsupported_types::is_function_trait;
