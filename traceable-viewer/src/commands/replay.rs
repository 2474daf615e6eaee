//! `traceable replay`: its arguments, and what it reports.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use traceable_exporter::{Config, Replayed, replay};

use crate::commands::{files::progress, output::print};

/// Send the runs that a program left on disk.
///
/// Reads a spool or the files of failed traces, sends the runs, and deletes what has arrived. LANGSMITH_ENDPOINT,
/// LANGSMITH_API_KEY and the related variables say where to and with which key. From a folder that holds runs for
/// several servers or workspaces it sends only those for this one, and lists the rest.
#[derive(Args)]
pub(crate) struct Replay {
    /// Folder of a spool (LANGSMITH_SPOOL_DIR) or of failed traces (LANGSMITH_FAILED_TRACES_DIR)
    directory: PathBuf,
    /// Address of the server, instead of LANGSMITH_ENDPOINT
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
}

impl Replay {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let config = Config::from_vars(|name| match name {
            // the command itself asks for runs to be sent
            "LANGSMITH_TRACING_V2" => Some("true".to_owned()),
            "LANGSMITH_ENDPOINT" if self.endpoint.is_some() => self.endpoint.clone(),
            _ => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        })?;
        let bar = progress("{spinner} sending for {elapsed}");
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let replayed = replay(&self.directory, &config);
        bar.finish_and_clear();
        let replayed = replayed?;
        print(&(summary(&replayed, config.endpoint()) + "\n"))?;
        match problems(&replayed) {
            problems if problems.is_empty() => Ok(ExitCode::SUCCESS),
            problems => Err(problems.join("; ").into()),
        }
    }
}

fn summary(replayed: &Replayed, endpoint: &str) -> String {
    format!("{} run operations delivered to {endpoint}", replayed.delivered)
}

fn problems(replayed: &Replayed) -> Vec<String> {
    let mut problems = Vec::new();
    if replayed.left > 0 {
        problems.push(format!("{} run operations are left: run this again later", replayed.left));
    }
    if replayed.dropped.total() > 0 {
        problems.push(format!("not delivered: {}", replayed.dropped));
    }
    for path in &replayed.unreadable {
        problems.push(format!("{} cannot be read", path.display()));
    }
    for path in &replayed.not_sent {
        let path = path.display();
        problems.push(format!(
            "{path} has runs for another server or workspace: replay that folder itself to send them here"
        ));
    }
    problems
}
