//! The threads where runs wait in memory: they make batches, and deliver them in order.
//!
//! In: the queue. Out: requests, and an acknowledgement of every operation: delivered, or dropped for a reason. Never
//! reads the environment, and never lets the end of a run overtake its start.

mod acknowledge;
mod batcher;
mod dispatch;
mod in_flight;
mod retry;
mod retry_policy;
mod send_batch;
mod shared;
mod split;
mod workers;

pub(crate) use acknowledge::Delivery;
pub(crate) use batcher::{Batch, Batcher, Limits};
#[cfg(all(test, traceable_loom))]
pub(crate) use dispatch::Dispatcher;
pub(crate) use retry::RequestOutcome;
pub(crate) use retry_policy::RetryPolicy;
pub(crate) use send_batch::BatchOutcome;
pub(crate) use shared::Shared;
pub(crate) use workers::{WorkerPool, spawn};
