//! `traceable tail`: traces or runs as they come.

use std::collections::HashSet;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use traceable_viewer::{RunStatus, Store, StoredRun};
use uuid::Uuid;

use crate::commands::{
    database::Database,
    listing::{Kind, json_lines, table},
    output::print,
};

/// How often the database is asked for what is new.
const POLL: Duration = Duration::from_millis(300);

/// Changes that are read at a time.
const PAGE: usize = 500;

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
    /// Only of this project
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
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
        let mut seq = if self.from_start { 0 } else { store.last_seq()? };
        let mut running = HashSet::new();
        let mut head = true;
        loop {
            let changed = store.runs_changed_since(seq, PAGE)?;
            let mut runs = Vec::new();
            for (id, at) in &changed {
                seq = *at;
                // one that was deleted meanwhile is gone
                if let Some(run) = store.run(*id)?.filter(|run| self.wants(kind, run)) {
                    runs.extend(news(run, &mut running));
                }
            }
            if !runs.is_empty() {
                self.show(&store, kind, &runs, std::mem::take(&mut head))?;
            }
            if changed.len() < PAGE {
                std::thread::sleep(POLL);
            }
        }
    }

    fn wants(&self, kind: Kind, run: &StoredRun) -> bool {
        (kind == Kind::Runs || run.parent_id.is_none())
            && self.project.as_ref().is_none_or(|project| *project == run.project)
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
