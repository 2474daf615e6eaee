//! Keeps our code and the user's apart in one function.
//!
//! In: tokens. Out: the same tokens with other spans: names of one side are out of reach for the other, and the
//! compiler points at what the user wrote. Never decides what is printed.
//!
//! Printed code calls by path, as any trait of the user's may have a method of any name. It calls a method of its own only
//! on what that takes as it is (`self`, or `&mut self` on a `&mut`): no trait's method comes before one of the type there. In
//! a closure that the compiler finds to be of a wrong type, it keeps silent about such a call, and so about the closure.

mod names;
mod spans;

pub(crate) use self::names::{Runtime, hygienic, looks_like_ours, ours};
pub(crate) use self::spans::{
    deref_at, first_span, impl_token, located, reference_at, reference_to, respan, respan_over,
};
