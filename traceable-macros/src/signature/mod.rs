//! The function under the attribute, and its parameters.
//!
//! In: the tokens of an item. Out: a [`Function`], and its [`Parameters`] by who fills them in. Never parses the body:
//! the compiler and completion see the user's own tokens, even half-typed ones.

mod argument;
mod attributes_that_keep_async;
mod function;
mod parameters;
mod pattern;
mod unsupported_items;
mod words;

pub(crate) use self::argument::{Argument, Binding, Mode, is_cfg};
pub(crate) use self::attributes_that_keep_async::is_inert;
pub(crate) use self::function::Function;
pub(crate) use self::parameters::{Parameters, ParentParameter, is_kept};
pub(crate) use self::words::words;
