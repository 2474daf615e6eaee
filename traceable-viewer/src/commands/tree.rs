//! `traceable tree`: its arguments, and a stored trace on stdout.

use std::error::Error;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{RunQuery, Store, export_line, render_tree_with};
use uuid::Uuid;

use crate::commands::{
    database::{Database, find_trace},
    output::{print, style},
    selection::each_run,
};

/// Print a stored trace as a tree
#[derive(Args)]
#[command(after_help = "\
Signs:
  ✓ ok           ended without an error
  ✗ ERROR        ended with an error
  … ...          has not ended, or its end was not received
  ⊘ CANCELLED    the call was dropped before its end
  ◐ left         a stream or iterator whose consumer left before its end; no error
Lines below a run:
  in, out, err   inputs, outputs, error
  why            the run lost its parent: how, and where
Behind the duration stand the model, prompt+completion tokens, the cost and the time to the first token.")]
pub(crate) struct Tree {
    /// Id of a trace or of a run in it, or `latest`
    #[arg(default_value = "latest")]
    trace: String,
    /// The newest trace with a run that matches, in LangSmith's filter language: 'eq(name, "plan")'
    #[arg(long, value_name = "FILTER", conflicts_with = "trace")]
    filter: Option<String>,
    #[command(flatten)]
    database: Database,
    /// Inputs, outputs and errors whole
    #[arg(long)]
    full: bool,
    /// Also the metadata of each run
    #[arg(long)]
    metadata: bool,
    /// Only ASCII in the tree itself [default: by the locale]
    #[arg(long)]
    ascii: bool,
    /// The runs as `traceable export` writes them, an object a line
    #[arg(long)]
    json: bool,
}

impl Tree {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let store = self.database.open()?;
        let runs = match self.trace.as_str() {
            _ if self.filter.is_some() => store.trace(self.matching(&store)?)?,
            "latest" => {
                let latest = store.latest_trace()?.ok_or("no trace is stored yet")?;
                store.trace(latest.trace_id)?
            }
            id => find_trace(
                &store,
                Uuid::try_parse(id).map_err(|_| format!("`{id}` is neither an id nor `latest`"))?,
            )?,
        };
        if self.json {
            for run in &runs {
                print(&(export_line(&store, run)? + "\n"))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let mut style = style(&std::io::stdout()).full(self.full).metadata(self.metadata);
        if self.ascii {
            style = style.ascii(true);
        }
        print(&render_tree_with(&runs, style))?;
        Ok(ExitCode::SUCCESS)
    }

    fn matching(&self, store: &Store) -> Result<Uuid, Box<dyn Error>> {
        let mut query = RunQuery::default();
        query.filter.clone_from(&self.filter);
        let mut found = None;
        each_run(store, query, 1, |run| {
            found = Some(run.trace_id);
            Ok(())
        })?;
        Ok(found.ok_or("no run matches the filter")?)
    }
}
