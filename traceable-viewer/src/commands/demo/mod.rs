//! `traceable demo`: traces to look at, without a program that makes them.
//!
//! In: where they are sent, and the time that they have. Out: the traces' ids, and how to look at them. Never: anything
//! random, so that whoever tests with them knows what is there; the same `--at` gives the same bytes.

mod broken;
mod chat;
mod hostile;
mod large;
mod media;
mod multipart;
mod service;
mod trace;
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
use trace::Trace;

/// Store examples: a dozen traces, and what broke away from one
///
/// They have chats with tools, streams, retries with an error, files, a thread, two services, broken traces, runs in
/// flight, 5000 runs, and text that tries to break whoever shows it. They go to the collector at http://127.0.0.1:1984 if
/// one runs, and into the database otherwise.
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
    /// Only this trace; `plan_trip` has a bit of everything
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// The time they have instead of now, such as 2026-11-22T13:24:33Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<i64>,
}

impl Demo {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let at = self.at.map_or_else(|| Timestamp::from(SystemTime::now()), Timestamp::from_signed_micros);
        let mut traces = traces(at);
        if let Some(only) = &self.only {
            let names: Vec<_> = traces.iter().map(Trace::name).collect();
            if !names.contains(&only.as_str()) {
                return Err(format!("there is no `{only}`: the traces are {}", names.join(", ")).into());
            }
            traces.retain(|trace| trace.name() == only);
        }
        let collector = collector::at(self.endpoint.as_deref(), &self.database.path)?;
        for trace in &traces {
            self.send(&collector.url(), trace)?;
        }
        match &collector {
            Collector::Running(url) => say(&format!("sent to {url}; the traces are")),
            Collector::Own(_) => say(&format!(
                "stored in {}; `traceable tree`, `traceable ls` and `traceable serve` show it",
                self.database.path.display()
            )),
        }
        for trace in &traces {
            print(&format!("{}\n", trace.id(0)))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn send(&self, collector: &str, trace: &Trace) -> Result<(), Box<dyn Error>> {
        let body = multipart::body(trace.parts());
        let url = format!("{collector}/runs/multipart");
        let mut request = collector::agent(Duration::from_secs(60))
            .post(&url)
            .header("Content-Type", format!("multipart/form-data; boundary={}", multipart::BOUNDARY));
        if let Some(token) = &self.token {
            request = request.header("x-api-key", token);
        }
        let mut answer = request.send(&body[..]).map_err(|error| format!("cannot send to {url}: {error}"))?;
        let text = answer.body_mut().read_to_string().unwrap_or_default();
        // a 202 may tell of runs that were refused
        if answer.status().is_success() && !text.contains("\"rejected\"") {
            return Ok(());
        }
        Err(format!("{url} answered {}: {text}", answer.status()).into())
    }
}

/// All of them; the one that `traceable tree` shows, the newest, is the last.
fn traces(at: Timestamp) -> Vec<Trace> {
    let mut all = vec![
        large::crawl_site(at),
        hostile::hostile(at),
        service::checkout(at),
        service::import_orders(at),
        media::describe_picture(at),
        chat::tell_story(at),
        chat::support_chat(at),
        service::research(at),
    ];
    all.extend(service::librarian(at));
    all.extend(broken::traces(at));
    all.push(trip::plan_trip(at));
    all
}

fn moment(text: &str) -> Result<i64, String> {
    traceable_viewer::parse_time(text)
        .ok_or_else(|| format!("`{text}` is no time: write one such as 2026-11-22T13:24:33Z"))
}
