//! `traceable tree`: its arguments, and a stored trace on stdout.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use traceable_viewer::{DEFAULT_DB, Store, StoreError, StoredRun, render_tree};
use uuid::Uuid;

#[derive(Args)]
pub(crate) struct Tree {
    /// Id of a trace or of a run in it, or `latest`
    #[arg(default_value = "latest")]
    trace: String,
    /// Database file
    #[arg(long, value_name = "FILE", default_value = DEFAULT_DB)]
    db: PathBuf,
}

impl Tree {
    pub(crate) fn run(self) -> Result<(), Box<dyn Error>> {
        let store = Store::open(&self.db)?;
        let runs = match self.trace.as_str() {
            "latest" => {
                let latest = store.latest_trace()?.ok_or("no trace is stored yet")?;
                store.trace(latest.trace_id)?
            }
            id => find(
                &store,
                Uuid::try_parse(id).map_err(|_| format!("`{id}` is neither an id nor `latest`"))?,
            )?,
        };
        if runs.is_empty() {
            return Err(format!("no trace or run `{}` is stored", self.trace).into());
        }
        match std::io::stdout().write_all(render_tree(&runs).as_bytes()) {
            // the reader, such as `head`, has seen enough
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        }
    }
}

fn find(store: &Store, id: Uuid) -> Result<Vec<StoredRun>, StoreError> {
    let runs = store.trace(id)?;
    if !runs.is_empty() {
        return Ok(runs);
    }
    match store.run(id)? {
        Some(run) => store.trace(run.trace_id),
        None => Ok(runs),
    }
}
