//! Run trees, context and capture: the runtime behind the crate `traceable`, which is what programs use.
//!
//! Rooms, each of which uses only those above it:
//!
//! - `identity`: who a run is: id, dotted order, headers;
//! - `capture`: what it saw, as bytes;
//! - [`diagnostics`]: what goes wrong in the use of this crate;
//! - `run`: what happens to it, told to a [`RunSink`];
//! - `context`: where it hangs;
//! - `call`: what the attribute's expansion calls;
//! - [`testing`]: recording runs in memory, for users' own tests.
//!
//! Beside them stands `generator`, which knows none of them: streams written as `async` blocks.
//!
//! [`process`] holds what is true for the whole process. There is no I/O here, no thread and no HTTP.

mod call;
mod capture;
mod context;
pub mod diagnostics;
#[cfg(feature = "stream")]
mod generator;
mod identity;
pub mod process;
mod run;
mod step;
pub mod testing;

pub use call::block::{Block, trace};
#[cfg(all(feature = "tokio", tokio_unstable))]
pub use call::spawned::watch_spawns;
pub use capture::attachment::Attachment;
pub use capture::inputs::Input;
pub use capture::outcome::{Failure, Output};
pub use capture::payload::Payload;
pub use capture::secret::Secret;
pub use context::by_hand::RunTreeBuilder;
#[cfg(feature = "http-body")]
pub use context::carry_body::TraceableBodyExt;
#[cfg(feature = "sink")]
pub use context::carry_sink::TraceableSinkExt;
pub use context::current::current_run_tree;
pub use context::envelope::Envelope;
pub use context::extra::Extra;
pub use context::hand_over::{InContext, TakesContext, TraceableExt};
pub use context::handle::{ContextHandle, bind, bind_fn, bind_mut, detached};
pub use context::parent::{IntoParent, Parent, ParentRun};
pub use context::propagation::Headers;
pub use context::runnable_config::RunnableConfig;
pub use context::task_identity::TaskIdentity;
pub use context::tracing_context::TracingContext;
#[cfg(feature = "stream")]
pub use generator::{Generator, Yielder, stream, try_stream};
pub use identity::dotted_order::{DottedOrder, ParseError};
pub use identity::id::new_run_id;
pub use identity::sampling::is_sampled;
pub use identity::time::{Compact, Timestamp};
pub use run::keep_open::KeepOpen;
pub use run::operation::{OperationKind, RunDetails, RunOperation};
pub use run::run_tree::RunTree;
pub use run::run_type::RunType;
pub use run::sink::RunSink;

/// What the attribute's expansion names. Not for use by hand: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use core;
    pub use std;
    pub use std::boxed::Box;
    pub use std::pin::Pin;

    #[cfg(feature = "stream")]
    pub use futures_core::Stream;

    pub use crate::call::body::{FilledIn, Record, begin, begin_run_tree, begin_with, begins};
    pub use crate::call::token::{Call, Metadata};
    pub use crate::call::wrap::boxed::{Boxed, boxed};
    pub use crate::call::wrap::future::{TracedFuture, future, future_of};
    pub use crate::call::wrap::iter::{TracedIter, iter_aggregate, iter_each, iter_of, iter_reduce};
    pub use crate::call::wrap::recorded::{RecordedFuture, recorded};
    #[cfg(feature = "stream")]
    pub use crate::call::wrap::stream::{
        TracedStream, stream_aggregate, stream_each, stream_of, stream_reduce,
    };
    pub use crate::call::wrap::sync::{eager, plain, sync, through_option, through_result};
    pub use crate::capture::guarded::holds;
    pub use crate::capture::hook::{describe_with, hook};
    pub use crate::capture::inputs::{Inputs, Recorded, argument};
    pub use crate::capture::items::{Collect, Item};
    pub use crate::capture::lazy::{Lazy, NotLazy};
    pub use crate::capture::outcome::{
        Fail, FailBoxed, FailDisplay, NotAResult, Out, OutValue, Outcome, Report,
    };
    pub use crate::context::parent::parent_run;
    pub use crate::run::callsite::{Callsite, checked_name};
    pub use crate::step::Step;
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
