//! The settings of an exporter, as the builder has checked them.

use std::time::Duration;

use super::api_key::ApiKey;
use super::endpoint::Endpoint;
use super::root_certificates::RootCertificates;
use crate::accounting::OnWarning;
use crate::redact::Redaction;
use crate::spool::FailedTraces;
use crate::spool::Spool;
use crate::wire::Placement;

/// The project of programs that name none.
pub(super) const DEFAULT_PROJECT: &str = "default";

/// All settings of an exporter, checked.
///
/// ```
/// use traceable_exporter::Config;
/// let config = Config::builder().endpoint("http://localhost:1984/").project("demo").build()?;
/// assert_eq!(config.endpoint(), "http://localhost:1984");
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub(crate) tracing: bool,
    pub(crate) endpoint: Endpoint,
    pub(crate) api_key: Option<ApiKey>,
    pub(crate) workspace_id: Option<String>,
    /// The target of runs that name none, and how runs differ in a replica.
    pub(crate) placement: Placement,
    /// The settings of each destination, if there are several.
    pub(crate) replicas: Vec<Config>,
    /// The name of this destination's folder inside folders that destinations share.
    pub(crate) own_folder: String,
    pub(crate) sampling_rate: Option<f64>,
    pub(crate) revision_id: Option<String>,
    pub(crate) max_queue_bytes: usize,
    pub(crate) backpressure: bool,
    pub(crate) batch_operations: Option<usize>,
    pub(crate) batch_bytes: Option<usize>,
    pub(crate) batch_delay: Duration,
    pub(crate) max_concurrent_requests: usize,
    /// `None`: bodies are not compressed.
    pub(crate) compression_level: Option<i32>,
    pub(crate) request_timeout: Duration,
    pub(crate) retry_timeout: Duration,
    pub(crate) exit_timeout: Duration,
    pub(crate) spool: Option<Spool>,
    pub(crate) failed_traces: Option<FailedTraces>,
    pub(crate) flush_on_root_end: bool,
    /// `None`: the authorities of the TLS library, or of the system.
    pub(crate) root_certificates: Option<RootCertificates>,
    /// `None`: the diagnostic hook of the process.
    pub(crate) on_warning: Option<OnWarning>,
    pub(crate) redaction: Redaction,
}

impl Config {
    /// Whether runs are recorded.
    pub fn tracing(&self) -> bool {
        self.tracing
    }

    /// The server's address, without a slash at the end.
    pub fn endpoint(&self) -> &str {
        self.endpoint.as_str()
    }

    /// The project of runs that name none. Meaningless if they go to an [address](Self::address).
    pub fn project(&self) -> &str {
        self.placement.project().unwrap_or(DEFAULT_PROJECT)
    }

    /// The address of runs that name no project, `lrn:agents/{id}/environments/{environment}`, if they go to the
    /// environment of an [agent](crate::ConfigBuilder::agent).
    pub fn address(&self) -> Option<&str> {
        self.placement.address()
    }

    /// The settings of each destination if there are several; empty if there is one. See [`Replicas`](crate::Replicas).
    pub fn replicas(&self) -> &[Config] {
        &self.replicas
    }

    /// The share of traces to record, 0 to 1; `None` for all.
    pub fn sampling_rate(&self) -> Option<f64> {
        self.sampling_rate
    }

    /// The program's version for the metadata; `None` if metadata are hidden.
    pub(crate) fn sent_revision(&self) -> Option<String> {
        self.revision_id.clone().filter(|_| !self.redaction.hides_metadata())
    }
}
