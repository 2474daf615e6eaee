//! The threads where runs wait in memory: they make batches, and deliver them in order.
//!
//! In: the queue. Out: requests, and an acknowledgement of every operation: delivered, or dropped for a reason. Never
//! reads the environment, and never lets the end of a run overtake its start.

mod batch_delivery;
mod batcher;
mod dispatch;
mod in_flight;
mod retry;
mod shared;
mod split;
mod workers;

pub(crate) use batch_delivery::{BatchOutcome, Delivery};
pub(crate) use batcher::{Batch, Batcher, Limits};
#[cfg(all(test, traceable_loom))]
pub(crate) use dispatch::Dispatcher;
pub(crate) use retry::{RequestOutcome, RetryPolicy};
pub(crate) use shared::Shared;
pub(crate) use workers::{WorkerPool, spawn};
