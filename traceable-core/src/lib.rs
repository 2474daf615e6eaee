//! The runtime behind the crate [`traceable`](https://docs.rs/traceable): run trees, their context, and the capture of
//! values. Programs use `traceable`; this crate is for those who write sinks or bridges.
//!
//! A traced call becomes a run, and every run goes to a [`RunSink`] as operations. Install one by
//! [`process::install_sink`], or give one to a part of the program by [`TracingContext`]; record runs in tests by
//! [`testing::Recorder`]; see what went wrong by [`diagnostics::diagnostics`].
//!
//! ```
//! use traceable_core::testing::Recorder;
//! use traceable_core::{assert_tree, trace};
//!
//! let recorder = Recorder::new();
//! recorder.scoped(|| trace("answer").scope(|_| trace("retrieve").scope(|_| 42)));
//! assert_tree!(recorder.forest(), "answer > retrieve");
//! ```
//!
//! It starts no thread and opens no file or socket. All that it writes itself are diagnostics, to stderr, unless
//! [`diagnostics::set_diagnostic_hook`] or a feature (`tracing`, `log`) sends them elsewhere.

// Layers, from the top down. Each uses only those below it.
//
//   testing/      recording runs in memory, for users' own tests
//   call/         what the attribute's expansion calls: a call becomes a run
//   context/      the ambient context, the parent rule, carrying a context elsewhere
//   run/          a run while it lives: its place in the trace, its state, its end
//   process/      what holds for the whole process: on and off, sampling, default sink, tasks
//   diagnostics/  what went wrong: counted, reported once
//   callsite/     where runs are made in the user's code, and what became of them there
//   sink/         the trait `RunSink`, and the operations that it is given
//   capture/      values to JSON bytes, within limits
//   identity/     ids, times, dotted orders, headers
//   generator/    streams written as `async` blocks; knows nothing of tracing
mod call;
mod callsite;
mod capture;
mod context;
pub mod diagnostics;
#[cfg(feature = "stream")]
mod generator;
mod identity;
pub mod process;
mod run;
mod sink;
pub mod testing;

pub use call::block::{Block, trace};
#[cfg(all(feature = "tokio", tokio_unstable))]
pub use call::spawned::watch_spawns;
pub use capture::attachment::Attachment;
pub use capture::error_text::Failure;
pub use capture::inputs::Input;
pub use capture::outcome::Output;
pub use capture::payload::Payload;
pub use capture::secret::Secret;
pub use context::bind::{bind, bind_fn, bind_fn0, bind_mut, bind_mut0};
#[cfg(feature = "http-body")]
pub use context::carry::body::TraceableBodyExt;
pub use context::carry::in_context::{InContext, TakesContext, TraceableExt};
#[cfg(feature = "futures-sink")]
pub use context::carry::sink::TraceableSinkExt;
pub use context::current::current_run_tree;
pub use context::envelope::Envelope;
pub use context::extra::Extra;
pub use context::handle::{ContextHandle, detached};
pub use context::manual::RunTreeBuilder;
pub use context::parent::{IntoParent, Parent, ParentRun};
pub use context::remote_run::Headers;
pub use context::runnable_config::RunnableConfig;
pub use context::tracing_context::TracingContext;
#[cfg(feature = "stream")]
pub use generator::async_stream::{Generator, Yielder, stream, try_stream};
pub use identity::dotted_order::{DottedOrder, ParseError};
pub use identity::id::new_run_id;
pub use identity::sampling::is_sampled;
pub use identity::time::{Compact, Timestamp};
pub use process::task_identity::TaskIdentity;
pub use run::keep_open::KeepOpen;
pub use run::run_tree::RunTree;
pub use sink::operation::{OperationKind, RunDetails, RunOperation, TopRun};
pub use sink::run_mark::RunMark;
pub use sink::run_sink::RunSink;
pub use sink::run_type::RunType;

/// What the attribute's expansion names. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use core;
    pub use std;
    pub use std::boxed::Box;
    pub use std::pin::Pin;

    #[cfg(feature = "stream")]
    pub use futures_core::Stream;

    pub use crate::call::body_inputs::{FilledIn, Record, begin, begin_run_tree, begin_with, begins};
    pub use crate::call::step::Step;
    pub use crate::call::traced_call::{Call, Metadata};
    #[cfg(feature = "stream")]
    pub use crate::call::wrappers::body::StreamBody;
    pub use crate::call::wrappers::body::{Borrows, FutureBody, IterBody};
    pub use crate::call::wrappers::boxed::{Boxed, boxed, hold};
    pub use crate::call::wrappers::future::{TracedFuture, future, future_of};
    pub use crate::call::wrappers::iter::{TracedIter, iter_aggregate, iter_each, iter_of, iter_reduce};
    pub use crate::call::wrappers::recorded_future::{RecordedFuture, recorded};
    #[cfg(feature = "stream")]
    pub use crate::call::wrappers::stream::{
        TracedStream, stream_aggregate, stream_each, stream_of, stream_reduce,
    };
    pub use crate::call::wrappers::sync::{Returned, eager, plain, sync, through_option, through_result};
    pub use crate::callsite::function::{CallFacts, Callsite, checked_name};
    pub use crate::capture::asked::Asked;
    pub use crate::capture::error_text::{Fail, IsText};
    pub use crate::capture::hook::{describe_with, hook, step};
    pub use crate::capture::input_advice::{
        ArrayInput, ExtractorInput, FunctionInput, ObjectInput, RunTreeInput, SharedInput,
    };
    pub use crate::capture::inputs::{Inputs, Recorded, argument};
    pub use crate::capture::items::{Collect, Item};
    #[cfg(feature = "stream")]
    pub use crate::capture::lazy::LazyStream;
    pub use crate::capture::lazy::{AsksFuture, AsksIterator, AsksStream, not_hidden};
    pub use crate::capture::lazy::{LazyFuture, LazyIterator, NotHidden, NotLazy};
    pub use crate::capture::lock::{AsksLock, Lock, NeverWaits};
    pub use crate::capture::outcome::{NotAResult, Out, Outcome};
    pub use crate::capture::output_advice::{
        ArrayOutput, AsksOutput, FunctionOutput, FutureOutput, IsFuture, IsIterator, IsOutput, IsStream,
        IteratorOutput, ReceiverOutput, ResponseOutput, SharedOutput, StreamOutput, TaskOutput,
    };
    pub use crate::capture::panic_guard::holds;
    pub use crate::capture::place::Place;
    pub use crate::context::parent::parent_run;
    pub use crate::{RunTree, RunType};

    /// Names the return type of a function pointer, which is how `!` is named on a stable compiler.
    pub trait Returns {
        /// What it returns.
        type Output;
    }

    impl<R> Returns for fn() -> R {
        type Output = R;
    }
}
