//! `traceable demo`: a trace to look at, without a program that makes one.
//!
//! In: where it is sent. Out: the trace's id, and how to look at it. Never: anything random but ids and times, so that
//! whoever tests with it knows what is there.

mod multipart;
mod trip;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;
use traceable_core::Timestamp;

use crate::commands::{
    collector::{self, Collector},
    database::Database,
    output::{print, say},
};

/// Store an example: an agent's trace of 12 runs
///
/// It has chats with tool calls, tokens and costs, a tool that fails and is tried again, streams, one that is left early,
/// a file, a thread and feedback. It goes to the collector at http://127.0.0.1:1984 if one runs, and into the database
/// otherwise.
#[derive(Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    database: Database,
    /// Address of another collector
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Token of the collector
    #[arg(long, env = "TRACEABLE_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl Demo {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let collector = collector::at(self.endpoint.as_deref(), &self.database.path)?;
        let (trace_id, parts) = trip::parts(Timestamp::from(SystemTime::now()));
        let body = multipart::body(&parts);
        let url = format!("{}/runs/multipart", collector.url());
        let mut request = collector::agent(Duration::from_secs(30))
            .post(&url)
            .header("Content-Type", format!("multipart/form-data; boundary={}", multipart::BOUNDARY));
        if let Some(token) = &self.token {
            request = request.header("x-api-key", token);
        }
        let mut answer = request.send(&body[..]).map_err(|error| format!("cannot send to {url}: {error}"))?;
        if !answer.status().is_success() {
            let status = answer.status();
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            return Err(format!("{url} answered {status}: {text}").into());
        }
        match &collector {
            Collector::Running(url) => say(&format!("sent to {url}; its trace is")),
            Collector::Own(_) => {
                let db = self.database.path.display();
                say(&format!(
                    "stored in {db}; `traceable tree`, `traceable ls` and `traceable serve` show it"
                ));
            }
        }
        print(&format!("{trace_id}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}
