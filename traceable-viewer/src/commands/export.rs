//! `traceable export`: runs as lines of JSON.

use std::error::Error;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{Order, StoredRun, export_line};
use uuid::Uuid;

use crate::commands::{
    database::{Database, find_trace},
    files::{Output, progress},
    output::{ReaderGone, say},
    selection::{Selection, each_run},
};

/// Write runs as JSON Lines, with their files and feedback
///
/// Each line is a run with LangSmith's keys; `traceable import` reads it back.
#[derive(Args)]
pub(crate) struct Export {
    /// File to write, compressed if its name ends in .gz or .zst; .parquet if that is built in (feature `parquet`)
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    selection: Selection,
    /// Only this trace, by its id or that of a run in it
    #[arg(long, value_name = "ID", conflicts_with_all = ["filter", "project", "since"])]
    trace: Option<Uuid>,
}

impl Export {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let mut output = Output::create(&self.file)?;
        let bar = progress("{spinner} {human_pos} runs, {per_sec}");
        let mut count = 0_u64;
        let mut write = |run: &StoredRun| -> Result<(), Box<dyn Error>> {
            bar.inc(1);
            count += 1;
            match output.line(&export_line(&store, run)?) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Box::new(ReaderGone)),
                result => Ok(result?),
            }
        };
        match self.trace {
            Some(trace) => find_trace(&store, trace)?.iter().try_for_each(&mut write)?,
            None => {
                let mut query = self.selection.query();
                (query.order, query.payloads) = (Order::OldestFirst, true);
                each_run(&store, query, usize::MAX, |run| write(&run))?;
            }
        }
        output.finish()?;
        bar.finish_and_clear();
        say(&format!("{count} runs exported"));
        Ok(ExitCode::SUCCESS)
    }
}
