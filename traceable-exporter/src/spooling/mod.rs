//! The threads where runs wait on disk, and replaying by hand.
//!
//! In: the queue, or a folder. Out: records in the spool, requests, and an acknowledgement of every operation. Never knows
//! how a file of the spool looks.

mod replay;
mod resend;
mod sending;
mod stored_body;
mod workers;

pub use replay::{ReplayError, Replayed, replay};
pub(crate) use workers::SpoolWorkers;
