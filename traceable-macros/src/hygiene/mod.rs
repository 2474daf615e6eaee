//! Code of ours and code of the user's in one function.
//!
//! In: tokens. Out: the same, with spans that keep the names of both apart and let the compiler point where the user
//! wrote something. Never makes statements of its own.

mod names;
mod spans;

pub(crate) use self::names::{Runtime, hygienic, ours};
pub(crate) use self::spans::{deref_at, first_span, impl_token, located, reference_at, reference_to, respan};
