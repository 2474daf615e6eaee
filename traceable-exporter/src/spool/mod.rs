//! Runs that wait on disk.

mod cursor;
pub(crate) mod folder;
mod found;
mod record;
pub(crate) mod segment;
mod settings;
mod store;
#[cfg(all(test, not(traceable_loom)))]
mod tests;

pub(crate) use record::Label;
pub use settings::Spool;
pub(crate) use store::{Entry, Place, Refused, Resumed, Store, Waited};
