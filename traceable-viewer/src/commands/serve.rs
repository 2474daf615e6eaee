//! `traceable serve`: its arguments, and the server until a signal stops it.

use std::error::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use traceable_viewer::{DEFAULT_PORT, Viewer, ViewerError};

use crate::commands::{database::Database, moment, output::say, prune::retention, size};

/// How many ports after the default one are tried when another program holds it.
const MORE_PORTS: u16 = 20;

#[derive(Args)]
pub(crate) struct Serve {
    /// Port to listen on; 0 takes any free one [default: 1984, or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Address to listen on; one that other machines can reach needs --token
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    #[command(flatten)]
    database: Database,
    /// Token that clients must send as API key
    #[arg(long, env = "TRACEABLE_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Size of the database above which the oldest traces are deleted
    #[arg(long, value_name = "SIZE", value_parser = size::bytes, default_value = "2GiB")]
    max_size: u64,
    /// How long a trace is kept after something about it came last: 12h, 7d [default: for ever]
    #[arg(long, value_name = "AGE", value_parser = moment::age)]
    max_age: Option<Duration>,
    /// Prices of models, LiteLLM's model_prices_and_context_window.json: costs of runs that name none
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Do not index the words of runs: stores faster, but what comes is not found by its text
    #[arg(long)]
    no_search_index: bool,
    /// Open the page in the browser
    #[arg(long)]
    open: bool,
}

impl Serve {
    pub(crate) fn run(self) -> Result<ExitCode, Box<dyn Error>> {
        // the signals are taken over first, so that none is missed while the viewer starts
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let interrupted = runtime.block_on(async { interruption() })?;
        let viewer = self.start()?;
        let doing = if viewer.read_only().is_some() { "only reading" } else { "storing in" };
        say(&format!("listening on {}, {doing} {}", viewer.url(), self.database.path.display()));
        let page = page(&viewer);
        match self.token {
            Some(_) => say(&format!("see them at {page}; a browser is asked for the token once")),
            None => say(&format!("see them at {page}")),
        }
        say("to send it the traces of a program with a LangSmith SDK, set:");
        say(&format!("  LANGSMITH_TRACING=true LANGSMITH_ENDPOINT={} LANGSMITH_API_KEY=any", viewer.url()));
        if self.open {
            open_browser(page);
        }
        runtime.block_on(interrupted);
        say("stopping");
        viewer.shutdown();
        Ok(ExitCode::SUCCESS)
    }

    fn start(&self) -> Result<Viewer, ViewerError> {
        let usual = self.port.unwrap_or(DEFAULT_PORT);
        let first = self.start_at(usual);
        if self.port.is_some() || !is_taken(&first) {
            return first;
        }
        for port in usual + 1..=usual + MORE_PORTS {
            let viewer = self.start_at(port);
            if !is_taken(&viewer) {
                say(&format!("another program listens on port {usual}"));
                return viewer;
            }
        }
        first
    }

    fn start_at(&self, port: u16) -> Result<Viewer, ViewerError> {
        let viewer = Viewer::builder().db(&self.database.path).host(&self.host).port(port).on_warning(say);
        let viewer = viewer
            .retention(retention(Some(self.max_size), self.max_age))
            .search_index(!self.no_search_index);
        let viewer = match &self.prices {
            Some(prices) => viewer.prices(prices),
            None => viewer,
        };
        match &self.token {
            // a blank one too: it is a mistake, and not the wish for none
            Some(token) => viewer.token(token).start(),
            None => viewer.start(),
        }
    }
}

/// The address of the page, for a browser on this machine.
fn page(viewer: &Viewer) -> String {
    let mut address = viewer.address();
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    format!("http://{address}/")
}

/// A machine without a browser is no reason to stop.
fn open_browser(page: String) {
    let opened = std::thread::Builder::new().spawn(move || {
        if let Err(error) = open::that_detached(&page) {
            say(&format!("no browser opened {page}: {error}"));
        }
    });
    // without a thread there is the link that was printed
    drop(opened);
}

fn is_taken(result: &Result<Viewer, ViewerError>) -> bool {
    matches!(result, Err(ViewerError::Bind { source, .. }) if source.kind() == ErrorKind::AddrInUse)
}

/// Ends when a signal asks the program to stop.
fn interruption() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    {
        Ok(async {
            // an error means that the signal cannot be waited for; then the program ends, rather than never
            let _ = tokio::signal::ctrl_c().await;
        })
    }
}
