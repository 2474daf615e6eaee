//! Streams written as `async` blocks: `stream(|out| async move { .. })`.
//!
//! In: a block that yields by `out.yield_(item).await`. Out: a `Stream` of its items. It knows nothing of tracing, and
//! nothing of the block runs ahead of the consumer.

pub(crate) mod async_stream;
mod handoff;
#[cfg(all(test, traceable_loom))]
mod models;
