//! Every sentence a user can read from the macro.
//!
//! In: the tokens that are wrong, and the names around them. Out: `syn::Error`s, gathered in [`Mistakes`]. Never
//! decides whether something is a mistake, and knows no other folder.
//!
//! Rules: one sentence, on the token that is wrong; it names the fix when there is one. A conflict is two
//! errors, one at each side, because stable procedural macros cannot attach notes.

mod block;
mod item;
mod mistakes;
mod name;
mod option;
mod parameter;
mod return_type;
mod suggestion;
mod wording;

pub(crate) use self::block::*;
pub(crate) use self::item::*;
pub(crate) use self::mistakes::Mistakes;
pub(crate) use self::name::{path_name, plain};
pub(crate) use self::option::*;
pub(crate) use self::parameter::*;
pub(crate) use self::return_type::*;
