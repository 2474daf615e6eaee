//! `traceable run -- COMMAND`: a program with tracing switched on, and what it traced.

use std::error::Error;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use traceable_viewer::{DEFAULT_PORT, Store, error_chain, render_tree_with};

use crate::commands::{
    child::{self, Ended},
    collector::Collector,
    database::Database,
    output::{say, style},
};

/// Run a program with tracing switched on, then print the trees of its traces
///
/// Uses the collector at http://127.0.0.1:1984, or starts one for as long as the program runs. The program gets the
/// LANGSMITH_* variables that switch tracing on, and otherwise its own stdin, stdout, stderr and signals. Its exit code is
/// that of this command; 128 + N if signal N ended it. The trees go to stderr.
#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    database: Database,
    /// Project of the traces, unless the program names one itself
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Port of the collector; 0 starts one at any free port
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// How many trees are printed, the newest; 0 prints none
    #[arg(long, value_name = "N", default_value_t = 5)]
    trees: usize,
    /// Also set OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, for programs with an OpenTelemetry SDK
    #[arg(long)]
    otel: bool,
    /// Prices of models, as of `traceable serve`; a collector that runs already has its own
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Token of the running collector, sent as API key
    #[arg(long, env = "TRACEABLE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The program and its arguments, after `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Run {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        let collector = Collector::find_or_start(self.port, &self.database.path, self.prices.as_deref())?;
        let before = Store::open(&self.database.path).and_then(|store| store.last_seq()).unwrap_or(0);
        let variables = self.variables(&collector.url());
        let ended = child::run(&self.command, &variables)?;
        if !matches!(ended, Ended::NotStarted(_)) {
            self.show(&collector, before);
        }
        Ok(match ended {
            Ended::Code(code) | Ended::NotStarted(code) => ExitCode::from(code),
            Ended::Signal(signal) => ExitCode::from(128_u8.saturating_add(signal)),
        })
    }

    /// The variables to set (`Some`) and to remove.
    fn variables(&self, url: &str) -> Vec<(&'static str, Option<OsString>)> {
        let mut variables = vec![
            ("LANGSMITH_TRACING", Some("true".into())),
            // the SDKs read it first, so that one from elsewhere could switch tracing off
            ("LANGSMITH_TRACING_V2", Some("true".into())),
            ("LANGSMITH_ENDPOINT", Some(url.into())),
            // it would send the runs elsewhere
            ("LANGSMITH_RUNS_ENDPOINTS", None),
            ("LANGCHAIN_RUNS_ENDPOINTS", None),
        ];
        match &self.token {
            Some(token) => variables.push(("LANGSMITH_API_KEY", Some(token.into()))),
            // some SDKs send nothing without a key
            None if std::env::var_os("LANGSMITH_API_KEY").is_none() => {
                variables.push(("LANGSMITH_API_KEY", Some("local".into())));
            }
            None => {}
        }
        if let Some(project) = &self.project {
            variables.push(("LANGSMITH_PROJECT", Some(project.into())));
        }
        if self.otel {
            let endpoint = format!("{url}/v1/traces");
            variables.push(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Some(endpoint.into())));
            variables.push(("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Some("http/protobuf".into())));
        }
        variables
    }

    /// What cannot be shown is said, and changes nothing about the program's exit code.
    fn show(&self, collector: &Collector, before: i64) {
        let shown = Store::open(&self.database.path).map_err(Box::<dyn Error>::from).and_then(|store| {
            let traces = store.traces_changed_since(before)?;
            let skipped = traces.len().saturating_sub(self.trees);
            for trace in traces.iter().skip(skipped) {
                let tree = render_tree_with(&store.trace(*trace)?, style(&std::io::stderr()));
                eprint_all(&tree);
            }
            Ok((traces.len(), skipped))
        });
        match (shown, collector) {
            (Ok((0, _)), Collector::Own(_)) => say("the program sent no traces"),
            (Ok((0, _)), Collector::Running(url)) => {
                let db = self.database.path.display();
                say(&format!("no traces of it are in {db}; the collector at {url} may store elsewhere"));
            }
            (Ok((_, skipped @ 1..)), _) => say(&format!("{skipped} more traces: see `traceable ls`")),
            (Ok(_), _) => {}
            (Err(error), Collector::Own(_)) => {
                say(&format!("the traces cannot be read: {}", error_chain(&*error)));
            }
            (Err(error), Collector::Running(url)) => {
                say(&format!("the traces are with the collector at {url}: {}", error_chain(&*error)));
            }
        }
    }
}

fn eprint_all(text: &str) {
    // without stderr there is nobody to show it to
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
}
