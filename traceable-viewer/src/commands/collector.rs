//! The collector that a command sends to: one that runs already, or one that it starts.

use std::error::Error;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use traceable_viewer::{DEFAULT_PORT, Viewer, ViewerError};

use crate::commands::output::say;

/// How long a collector on this machine may take to answer.
const TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) enum Collector {
    /// Another process; its address.
    Running(String),
    /// In this process, until it is dropped.
    Own(Box<Viewer>),
}

impl Collector {
    /// Uses the collector at this port, or starts one that stores in `db`; at another port if a program that is no
    /// collector listens there. `prices` are for the one that is started.
    pub(crate) fn find_or_start(port: u16, db: &Path, prices: Option<&Path>) -> Result<Self, Box<dyn Error>> {
        let usual = format!("http://127.0.0.1:{port}");
        if port != 0 && is_collector(&usual) {
            return Ok(Collector::Running(usual));
        }
        match start(db, port, prices) {
            Err(ViewerError::Bind { source, .. }) if source.kind() == ErrorKind::AddrInUse => {
                Ok(Collector::Own(Box::new(start(db, 0, prices)?)))
            }
            started => Ok(Collector::Own(Box::new(started?))),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Collector::Running(url) => url.clone(),
            Collector::Own(viewer) => viewer.url(),
        }
    }
}

/// The collector at an address; without one, that at the default port, or one that is started.
pub(crate) fn at(endpoint: Option<&str>, db: &Path) -> Result<Collector, Box<dyn Error>> {
    match endpoint {
        Some(endpoint) => Ok(Collector::Running(endpoint.trim_end_matches('/').to_owned())),
        None => Collector::find_or_start(DEFAULT_PORT, db, None),
    }
}

fn start(db: &Path, port: u16, prices: Option<&Path>) -> Result<Viewer, ViewerError> {
    let viewer = Viewer::builder().db(db).port(port).on_warning(say);
    match prices {
        Some(prices) => viewer.prices(prices).start(),
        None => viewer.start(),
    }
}

/// Whether a server that takes runs answers at the address.
fn is_collector(url: &str) -> bool {
    let info = agent(TIMEOUT).get(format!("{url}/info")).call().ok();
    let info = info.and_then(|mut answer| answer.body_mut().read_to_string().ok());
    let info: Option<Value> = info.and_then(|text| serde_json::from_str(&text).ok());
    info.is_some_and(|info| info["batch_ingest_config"].is_object())
}

/// A client that does not follow redirects, for they would carry the key elsewhere.
pub(crate) fn agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent()
}
