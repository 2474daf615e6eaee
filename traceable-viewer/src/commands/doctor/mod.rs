//! `traceable doctor`: why no traces arrive.
//!
//! In: the environment, the server that it names, the database. Out: findings, each with what to do. Never: a change of
//! any of them; a key on the screen.

mod database;
mod finding;
mod server;
mod variables;

use std::error::Error;
use std::process::ExitCode;

use clap::Args;

use crate::commands::{database::Database, output::print};
use finding::Level;

/// Check variables, server, key, clock and database, and say what to do
///
/// It asks the server that a program in this environment would send to: LANGSMITH_ENDPOINT, or LangSmith. The exit code is
/// 1 when something is wrong.
#[derive(Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    database: Database,
    /// Address of the server, instead of LANGSMITH_ENDPOINT
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// An object a finding, one a line
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        let mut findings = variables::check(&variable);
        findings.extend(server::check(&variable, self.endpoint.as_deref()));
        findings.extend(database::check(&self.database.path));
        for finding in &findings {
            let line = if self.json { finding.json() } else { finding.text() };
            print(&line)?;
        }
        let wrong = findings.iter().any(|finding| finding.level == Level::Wrong);
        Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
