//! The text of every message.
//!
//! In: the wrong tokens, and the names around them. Out: `syn::Error`s, collected in [`Mistakes`]. Never decides what is
//! a mistake.
//!
//! Rules: one sentence, on the wrong token; it names the fix when there is one. A conflict is two errors, one at each
//! side, because stable procedural macros cannot attach notes.

mod block;
mod expression;
mod item;
mod mistakes;
mod name;
mod option;
mod other_libraries;
mod parameter;
mod return_type;
mod suggestion;
mod wording;

pub(crate) use self::block::*;
pub(crate) use self::expression::*;
pub(crate) use self::item::*;
pub(crate) use self::mistakes::Mistakes;
pub(crate) use self::name::{path_name, plain};
pub(crate) use self::option::*;
pub(crate) use self::parameter::*;
pub(crate) use self::return_type::*;
