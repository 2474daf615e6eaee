//! `#[traceable]` for Rust.

#[cfg(feature = "rayon")]
mod pool;

#[cfg(feature = "rayon")]
pub use pool::{ContextThreadPool, PoolError, Submitted};
pub use traceable_core::*;
#[cfg(feature = "exporter")]
pub use traceable_exporter::{
    ApiKey, Config, ConfigBuilder, ConfigError, ConfigErrorKind, DropReason, Dropped, Exporter, FlushReport, Guard,
    InitError, InvalidKey, Reporter, Stats, flush, init, init_with, set_reporter,
};
pub use traceable_macros::traceable;

/// The attribute, the adapters and the types that instrumented code uses most.
pub mod prelude {
    pub use crate::{Extra, RunTree, TraceableExt as _, TracingContext, traceable};
}

#[doc(hidden)]
pub mod __private {
    pub use traceable_core::__private::*;

    /// What the first traced call of a process does: start tracing, if the environment wants it.
    pub const START: fn() = start;

    #[cfg(feature = "exporter")]
    fn start() {
        traceable_exporter::start_lazily();
    }

    #[cfg(not(feature = "exporter"))]
    fn start() {}
}
