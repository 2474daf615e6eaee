//! `traceable ls`: the newest traces or runs.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::RunQuery;

use crate::commands::{
    database::Database,
    listing::{Kind, json_lines, table},
    output::{print, say},
    selection::{Selection, each_run},
};

/// List the newest traces, or runs
#[derive(Args)]
#[command(after_help = "\
Tokens and costs are those of the whole trace; with --runs, of the run alone. The id is what `tree` and `show` take.
  traceable ls --since 2h --errors
  traceable ls --filter 'and(has(tags, \"demo\"), gt(total_tokens, 1000))'
  traceable ls --runs --type llm --json | jq .model")]
pub(crate) struct Ls {
    #[command(flatten)]
    database: Database,
    /// Single runs, not traces
    #[arg(long)]
    runs: bool,
    #[command(flatten)]
    selection: Selection,
    /// Only runs of this type: llm, tool, chain and so on
    #[arg(long = "type", value_name = "TYPE")]
    run_type: Option<String>,
    /// Only what has an error itself
    #[arg(long)]
    errors: bool,
    /// How many lines at most
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    limit: usize,
    /// An object a line
    #[arg(long)]
    json: bool,
}

impl Ls {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let kind = if self.runs { Kind::Runs } else { Kind::Traces };
        let mut runs = Vec::new();
        each_run(&store, self.query(), self.limit, |run| {
            runs.push(run);
            Ok(())
        })?;
        if self.json {
            print(&json_lines(&store, kind, &runs)?)?;
        } else if runs.is_empty() {
            say("nothing found");
        } else {
            print(&table(&store, kind, &runs)?.render(true))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn query(&self) -> RunQuery {
        let mut query = self.selection.query();
        query.is_root = (!self.runs).then_some(true);
        query.run_type.clone_from(&self.run_type);
        query.has_error = self.errors.then_some(true);
        query
    }
}
