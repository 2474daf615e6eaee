//! Which database a command reads, and finding a trace in it.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use traceable_viewer::{DEFAULT_DB, Store, StoredRun};
use uuid::Uuid;

#[derive(Args)]
pub(crate) struct Database {
    /// Database file
    #[arg(long = "db", value_name = "FILE", env = "TRACEABLE_DB", default_value = DEFAULT_DB)]
    pub(crate) path: PathBuf,
}

impl Database {
    pub(crate) fn open(&self) -> Result<Store, Box<dyn Error>> {
        Ok(Store::open(&self.path)?)
    }
}

/// The trace with this id, or that of the run with it.
pub(crate) fn find_trace(store: &Store, id: Uuid) -> Result<Vec<StoredRun>, Box<dyn Error>> {
    let runs = store.trace(id)?;
    if !runs.is_empty() {
        return Ok(runs);
    }
    match store.run(id)? {
        Some(run) => Ok(store.trace(run.trace_id)?),
        None => Err(format!("no trace or run `{id}` is stored").into()),
    }
}
