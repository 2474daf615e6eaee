// the links of README, which names files for whom reads it elsewhere: the first definition counts
#![doc = "[architecture]: https://github.com/traceable-rs/traceable/blob/main/ARCHITECTURE.md"]
#![doc = "[changelog]: https://github.com/traceable-rs/traceable/blob/main/CHANGELOG.md"]
#![doc = "[compared]: crate::guide::compared"]
#![doc = "[contributing]: https://github.com/traceable-rs/traceable/blob/main/CONTRIBUTING.md"]
#![doc = "[forms]: crate::guide::forms"]
#![doc = "[lints]: crate::guide::lints"]
#![doc = "[nesting]: crate::guide::nesting"]
#![doc = "[recording]: crate::guide::recording"]
#![cfg_attr(feature = "stream", doc = "[generators]: crate::guide::generators")]
#![doc = ""]
#![doc = include_str!("../README.md")]
//!
//! # Where to look
//!
//! - [`macro@traceable`]: the attribute and its options.
//! - [`RunTree`]: the handle to a run: the current one, or a manual one.
//! - [`Extra`]: options for one traced call, beside its arguments: parent, name, id, tags.
//! - [`TracingContext`]: the same for everything inside a block.
//! - [`trace`]: a run for a block without a function.
//! - [`stream`](fn@stream), [`try_stream`]: generators written as `async` blocks.
//! - [`bind`], [`TraceableExt`], [`detached`]: carrying a context, or leaving it behind.
//! - [`init`], [`Config`], [`flush`], [`Stats`]: the exporter.
//! - [`diagnostics`](mod@diagnostics), [`set_diagnostic_hook`]: what went wrong, and where it is reported.
//! - [`testing`]: recording runs in tests.
//! - [`JsonLines`], [`Console`], [`Tee`]: runs in a file, on the terminal, in several places; no server is needed.
//! - [`RunSink`]: a destination of your own.
//! - [`process`]: what holds for the whole process: on and off, sampling.
//!
//! # The nesting rule
//!
//! A traced call captures the context where it is *called*, and binds its parent once, when it *starts*: an
//! `async fn` at its first poll, a function that returns a future, a stream or an iterator at the first poll or when
//! a child needs it, everything else at the call. With C the context at the call and P the one at the start:
//!
//! | C | P | parent |
//! |---|---|---|
//! | none | none | none: a root, and its metadata say why if nobody asked for one |
//! | none | P | P |
//! | C | none | C |
//! | C | P is C or below it | P |
//! | C | anything else | C |
//!
//! A named parent beats both: `.with_parent(..)` on what the call returned, then [`Extra`], then `parent = ..` or `root` in
//! the attribute. A scope that names a parent, or leaves a trace, replaces the context; one that only adds tags, metadata or
//! a project moves nothing. What is called inside a scope stays there, although it is awaited outside. An [`Envelope`] that
//! is opened, and a [`ContextHandle`], are such scopes too; made where there is nothing, they clear. A context that was
//! entered in one task counts as none in another.
//!
//! A run ends once: with its result, an `Err`, a panic, exhaustion, or a drop. A future dropped early ends with the error
//! `Cancelled` and `metadata.cancelled`; a stream or iterator left early ends without error, with its partial outputs and
//! `metadata.stream_dropped`. What is never polled leaves no run, and is dropped in the context it was called in: traced
//! calls that its arguments make as they go are under its caller, and not under whoever dropped it.
//!
//! [`guide::nesting`] shows what each pattern of concurrent Rust needs, and what to do when a run is not where it belongs.

// Layers, from the top down. Each uses only those below it.
//
//   guide/                 longer reading, whose examples are compiled and run
//   pool/                  rayon's threads, with the context of whoever gives them work
//   task/                  tokio's ways to start tasks, in the current context
//   thread.rs              the standard library's ways to start threads, in the current context
//   lost_context.rs        the texts of the attribute's warning about lost contexts
//   completion_options.rs  the attribute's options as items, for rust-analyzer
mod completion_options;
pub mod guide;
#[doc(hidden)]
pub mod lost_context;
#[cfg(feature = "rayon")]
mod pool;
#[cfg(feature = "tokio")]
pub mod task;
pub mod thread;

#[cfg(feature = "rayon")]
pub use pool::{ContextThreadPool, InCurrentRun, ParallelIteratorExt, PoolError, PoolScope, Submitted};
pub use traceable_core::diagnostics::{diagnostics, set_diagnostic_hook};
pub use traceable_core::process::set_enabled;
pub use traceable_core::*;
#[cfg(feature = "exporter")]
pub use traceable_exporter::{Anonymizer, InvalidRule, TextLocation};
#[cfg(feature = "exporter")]
pub use traceable_exporter::{
    ApiKey, Config, ConfigBuilder, ConfigError, ConfigErrorKind, Console, DropReason, Dropped, Exporter,
    Flush, FlushReport, Guard, InitError, InvalidKey, JsonLines, RedactingSink, Redaction, ReplayError,
    Replayed, Replica, Replicas, Spool, Stats, Tee, WriterStats, flush, flush_async, init, init_with, replay,
};
/// Makes every call of a function a run; on a block, of its methods.
///
/// ```
/// use traceable::traceable;
///
/// struct Agent {
///     model: String,
/// }
///
/// #[traceable(run_type = "tool", metadata(model = self.model), skip(key))]
/// impl Agent {
///     // takes no `self`: not traced unless it is named in `methods(..)`
///     fn new(model: &str) -> Self {
///         Agent { model: model.to_owned() }
///     }
///
///     fn search(&self, query: &str, key: &str) -> usize {
///         query.len() + key.len()
///     }
///
///     #[traceable(run_type = "llm", name = "ChatModel")]
///     async fn answer(&self, query: &str, key: &str) -> String {
///         format!("{} facts", self.search(query, key))
///     }
///
///     #[traceable(skip)]
///     fn is_small(&self) -> bool {
///         self.model == "tiny"
///     }
/// }
///
/// let recorder = traceable::testing::Recorder::new();
/// let agent = Agent::new("tiny");
/// assert!(recorder.scoped(|| agent.is_small()));
/// assert_eq!(recorder.scoped(|| agent.search("why?", "key")), 7);
/// assert_eq!(recorder.runs().len(), 1);
/// assert_eq!(recorder.runs()[0].inputs, serde_json::json!({"query": "why?"}));
/// # let _ = agent.answer("why?", "key");
/// ```
pub use traceable_macros::traceable;

/// The attribute, the adapters and the types that instrumented code uses most.
pub mod prelude {
    pub use crate::{Extra, RunTree, TraceableExt as _, TracingContext, traceable};
}

/// Traces a block of code that has no function of its own: LangSmith's `trace`.
///
/// ```
/// use traceable::{RunType, trace};
/// let answer = trace("retrieve").run_type(RunType::Retriever).input("query", "why?").scope(|run| {
///     run.add_outputs(serde_json::json!({"documents": 3}));
///     42
/// });
/// assert_eq!(answer, 42);
/// ```
#[track_caller]
pub fn trace(name: impl Into<std::borrow::Cow<'static, str>>) -> Block {
    // a block may be the first that a program traces
    process::start_once(__private::START);
    traceable_core::trace(name)
}

#[doc(hidden)]
pub mod __private {
    pub use crate::lost_context;
    pub use traceable_core::__private::*;

    /// Nothing runs here: what rust-analyzer completes options by.
    pub mod options {
        pub use crate::completion_options::{block, function};
    }

    /// What the first traced call of a process does: start tracing, if the environment wants it.
    pub const START: fn() = start;

    #[cfg(feature = "exporter")]
    fn start() {
        traceable_exporter::start_lazily();
    }

    #[cfg(not(feature = "exporter"))]
    fn start() {}
}
