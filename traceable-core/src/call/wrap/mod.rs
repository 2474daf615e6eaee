//! One wrapper for each kind of function.

pub(crate) mod boxed;
pub(crate) mod future;
pub(crate) mod iter;
pub(crate) mod recorded;
#[cfg(feature = "stream")]
pub(crate) mod stream;
pub(crate) mod sync;
mod yielded;
