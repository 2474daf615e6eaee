//! What a function gives back, read off its return type and never off its body.
//!
//! In: a return type. Out: a [`Shape`], the way from what the function returns to where its run ends. Never looks at a
//! body, and never guesses what an alias stands for.
//!
//! tracing and fastrace look at how the body is written, and so miss `Box::pin(g(a))`, `.boxed()` and every stream.
//! A type cannot be misread: if it is an alias we do not know, the result is not recordable and does not compile.

mod bounds;
mod forced;
mod kind;
mod known_values;
mod read;
mod shape;
mod unsupported_types;

pub(crate) use self::kind::Kind;
pub(crate) use self::known_values::is_value;
pub(crate) use self::shape::{Boxing, Shape};
