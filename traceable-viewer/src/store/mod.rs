//! The SQLite file: its tables, its one writer and its readers.
//!
//! [`Store`] is the readers' side. Writing goes through the `Writer`, a thread that gathers the requests waiting for it
//! into one transaction.

mod batch;
mod error;
mod pack;
mod payload;
mod project;
mod read;
mod row;
mod schema;
mod upsert;
mod writer;

pub use error::StoreError;
pub use read::Store;
pub(crate) use writer::{Outcome, SubmitError, Writer, WriterHandle};
