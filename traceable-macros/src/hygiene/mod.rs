//! Keeps our code and the user's apart in one function.
//!
//! In: tokens. Out: the same tokens with other spans: names of one side are out of reach for the other, and the
//! compiler points at what the user wrote. Never decides what is printed.

mod names;
mod spans;

pub(crate) use self::names::{Runtime, hygienic, ours};
pub(crate) use self::spans::{deref_at, first_span, impl_token, located, reference_at, reference_to, respan};
