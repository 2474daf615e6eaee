//! The threads where runs wait on disk, and replaying by hand.
//!
//! In: the queue, or a folder. Out: records in the spool, requests, and an acknowledgement of every operation. Never
//! reads or writes a file of the spool itself, and holds no more than one stored body, in one form and the next.

mod replay;
mod send_stored_body;
mod sending;
mod stored_body;
mod workers;

pub use replay::{ReplayError, Replayed, replay};
pub(crate) use workers::SpoolWorkers;
