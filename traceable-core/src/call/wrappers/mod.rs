//! One wrapper for each form of function: plain, future, stream, iterator.
//!
//! In: a call and what the function returned. Out: the same, as a run that is open until its value is there, or it is
//! exhausted or dropped. A wrapper forwards everything that the wrapped value can do, and nothing else.

pub(crate) mod body;
pub(crate) mod boxed;
pub(crate) mod future;
pub(crate) mod iter;
pub(crate) mod recorded_future;
#[cfg(feature = "stream")]
pub(crate) mod stream;
pub(crate) mod sync;
mod yielded;
