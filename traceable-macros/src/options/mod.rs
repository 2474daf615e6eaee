//! The options of one `#[traceable(..)]`, as written.
//!
//! In: the tokens between the brackets. Out: [`Options`], and all mistakes in them at once; or [`Segment`]s, which keep
//! the tokens, for blocks and editors. Never looks at the function: whether options fit it is decided in `check`.

mod given_options;
mod names;
mod parse;
mod run_type;
mod segment;
mod value;

pub(crate) use self::given_options::{Given, Options};
pub(crate) use self::names::OPTIONS;
pub(crate) use self::run_type::RunType;
pub(crate) use self::segment::{Segment, split};
