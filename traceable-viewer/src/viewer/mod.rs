//! Starts and stops a viewer inside any program: on its own thread, with its own runtime, until it is dropped.
//!
//! In: settings. Out: the address it listens on, and its store. Never: what a request means, SQL.

mod builder;
mod error;
mod retention;
mod running;
mod thread;

pub use builder::{DEFAULT_DB, DEFAULT_PORT, ViewerBuilder};
pub use error::ViewerError;
pub use running::Viewer;
