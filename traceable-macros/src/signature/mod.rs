//! The function under the attribute, as written.
//!
//! In: the tokens of an item. Out: a [`Function`], and its [`Parameters`] told apart by who fills them in. Never parses
//! a body: half-typed code in an editor still gives the compiler (and completion) the user's own tokens.

mod argument;
mod function;
mod inert_attributes;
mod parameters;
mod pattern;
mod unsupported_items;

pub(crate) use self::argument::{Argument, Binding, Mode, is_cfg};
pub(crate) use self::function::Function;
pub(crate) use self::inert_attributes::is_inert;
pub(crate) use self::parameters::{Parameters, ParentParameter, is_kept};
pub(crate) use self::pattern::names_a_constant;
