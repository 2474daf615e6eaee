//! `traceable tail`: traces or runs as they come.

use std::collections::HashSet;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use traceable_viewer::{Order, RunQuery, RunStatus, Store, StoredRun};
use uuid::Uuid;

use crate::commands::{
    database::Database,
    listing::{Kind, json_lines, table},
    output::print,
    selection::{Selection, each_run},
};

/// How often the database is asked for what is new.
const POLL: Duration = Duration::from_millis(300);

/// Changes that are read at a time.
const PAGE: usize = 100;

/// Print traces, or runs, as they come
///
/// Each has a line when it starts and one when it ends; one that is short only the second. Ctrl-C ends it.
#[derive(Args)]
pub(crate) struct Tail {
    #[command(flatten)]
    database: Database,
    /// Single runs, not traces
    #[arg(long)]
    runs: bool,
    #[command(flatten)]
    selection: Selection,
    /// Also what was there before, from the beginning
    #[arg(long)]
    from_start: bool,
    /// An object a line
    #[arg(long)]
    json: bool,
}

impl Tail {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let kind = if self.runs { Kind::Runs } else { Kind::Traces };
        // a filter that cannot be read is one before the first run comes
        each_run(&store, self.selection.query(), 1, |_| Ok(()))?;
        let mut seq = if self.from_start { 0 } else { store.last_seq()? };
        let mut running = HashSet::new();
        let mut head = true;
        loop {
            let changed = store.runs_changed_since(seq, PAGE)?;
            if let Some((_, last)) = changed.last() {
                seq = *last;
            }
            let mut runs = Vec::new();
            each_run(&store, self.query(kind, &changed), changed.len(), |run| {
                runs.extend(news(run, &mut running));
                Ok(())
            })?;
            if !runs.is_empty() {
                self.show(&store, kind, &runs, std::mem::take(&mut head))?;
            }
            if changed.len() < PAGE {
                std::thread::sleep(POLL);
            }
        }
    }

    /// Those of the changed runs that are wanted.
    fn query(&self, kind: Kind, changed: &[(Uuid, i64)]) -> RunQuery {
        let mut query = self.selection.query();
        (query.is_root, query.order) = ((kind == Kind::Traces).then_some(true), Order::OldestFirst);
        let ids: Vec<_> = changed.iter().map(|(id, _)| format!("\"{id}\"")).collect();
        let changed = format!("in(id, [{}])", ids.join(","));
        query.filter = Some(match &query.filter {
            Some(filter) => format!("and({changed}, {filter})"),
            None => changed,
        });
        query
    }

    fn show(&self, store: &Store, kind: Kind, runs: &[StoredRun], head: bool) -> Result<(), Box<dyn Error>> {
        match self.json {
            true => print(&json_lines(store, kind, runs)?),
            false => print(&table(store, kind, runs)?.render(head)),
        }
    }
}

/// The run, unless it is only once more one that has not ended.
fn news(run: StoredRun, running: &mut HashSet<Uuid>) -> Option<StoredRun> {
    match run.status {
        RunStatus::Pending => running.insert(run.id).then_some(run),
        RunStatus::Success | RunStatus::Error => {
            running.remove(&run.id);
            Some(run)
        }
    }
}
