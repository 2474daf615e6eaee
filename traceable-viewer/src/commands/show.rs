//! `traceable show RUN`: all of one run.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{export_line, render_run};
use uuid::Uuid;

use crate::commands::{
    database::Database,
    output::{print, style},
};

/// Print all of one run: every field, payloads whole, files, feedback
#[derive(Args)]
pub(crate) struct Show {
    /// Id of the run; that of a trace is the id of its root
    run: Uuid,
    #[command(flatten)]
    database: Database,
    /// As `traceable export` writes it, an object on one line
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let run = store
            .run(self.run)?
            .ok_or_else(|| format!("no run `{}` is stored in {}", self.run, self.database.path.display()))?;
        if self.json {
            print(&(export_line(&store, &run)? + "\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        print(&render_run(&run, &store.feedback(run.id)?, style(&std::io::stdout())))?;
        Ok(ExitCode::SUCCESS)
    }
}
