//! `traceable export`: runs as lines of JSON.

use std::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{Store, StoredRun, export_line};
use uuid::Uuid;

use crate::commands::{
    database::{Database, find_trace},
    files::{Output, progress},
    output::{ReaderGone, say},
};

/// Runs whose ids are read at a time.
const PAGE: usize = 500;

/// Write runs as JSON Lines, with their files and feedback
///
/// Each line is a run with LangSmith's keys; `traceable import` reads it back.
#[derive(Args)]
pub(crate) struct Export {
    /// File to write, compressed if its name ends in .gz or .zst
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    /// Only runs of this project
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Only this trace, by its id or that of a run in it
    #[arg(long, value_name = "ID")]
    trace: Option<Uuid>,
}

impl Export {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let mut output = Output::create(&self.file)?;
        let bar = progress("{spinner} {human_pos} runs, {per_sec}");
        let mut count = 0_u64;
        let mut write = |run: &StoredRun| -> Result<(), Box<dyn Error>> {
            if self.project.as_ref().is_some_and(|project| *project != run.project) {
                return Ok(());
            }
            bar.inc(1);
            count += 1;
            match output.line(&export_line(&store, run)?) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Box::new(ReaderGone)),
                result => Ok(result?),
            }
        };
        match self.trace {
            Some(trace) => find_trace(&store, trace)?.iter().try_for_each(&mut write)?,
            None => every_run(&store, &mut write)?,
        }
        output.finish()?;
        bar.finish_and_clear();
        say(&format!("{count} runs exported"));
        Ok(ExitCode::SUCCESS)
    }
}

/// Hands over every run once; one that changes meanwhile comes again, as it is then.
fn every_run(
    store: &Store,
    each: &mut impl FnMut(&StoredRun) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut seq = 0;
    loop {
        let ids = store.runs_changed_since(seq, PAGE)?;
        if ids.is_empty() {
            return Ok(());
        }
        for (id, changed) in ids {
            seq = changed;
            // one that was deleted meanwhile is gone
            if let Some(run) = store.run(id)? {
                each(&run)?;
            }
        }
    }
}
