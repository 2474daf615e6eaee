//! The options of one `#[traceable(..)]`.
//!
//! In: the tokens in the brackets. Out: [`Options`] and every mistake in them; or [`Segment`]s, which keep the tokens,
//! for blocks and editors. Never looks at the function: `check` decides whether options fit it.

mod given_options;
mod model;
mod names;
mod parse;
mod run_type;
mod segment;
mod value;

pub(crate) use self::given_options::{Given, Options};
pub(crate) use self::names::OPTIONS;
pub(crate) use self::run_type::RunType;
pub(crate) use self::segment::{Segment, split};
pub(crate) use self::value::Field;
