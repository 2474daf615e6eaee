//! Runs that wait on disk.

mod aside;
mod cursor;
mod entry;
pub(crate) mod folder;
mod found;
mod record;
pub(crate) mod scan;
pub(crate) mod segment;
mod settings;
mod state;
mod store;
mod syncing;
#[cfg(all(test, not(traceable_loom)))]
mod tests;

pub(crate) use entry::{Entry, Refused, Resumed, Waited};
pub(crate) use record::{Label, Payload};
pub use settings::Spool;
pub(crate) use store::Store;
