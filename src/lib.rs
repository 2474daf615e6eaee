//! `#[traceable]` for Rust.

#[cfg(feature = "rayon")]
mod pool;

#[cfg(feature = "rayon")]
pub use pool::{ContextThreadPool, PoolError, Submitted};
pub use traceable_core::*;
pub use traceable_macros::traceable;

/// The attribute, the adapters and the types that instrumented code uses most.
pub mod prelude {
    pub use crate::{Extra, RunTree, TraceableExt as _, TracingContext, traceable};
}

#[doc(hidden)]
pub mod __private {
    pub use traceable_core::__private::*;

    /// What the first traced call of a process does.
    pub const START: fn() = start;

    fn start() {}
}
