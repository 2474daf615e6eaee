//! Settings by hand.

use std::path::PathBuf;
use std::time::Duration;

use super::agent::{self, Wanted};
use super::api_key::SecretText;
use super::destination::{API_KEY, Access, ENDPOINT};
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::replica::Replica;
use super::root_certificates::RootCertificates;
use super::settings::{Config, DEFAULT_PROJECT};
use crate::accounting::OnWarning;
use crate::redact::Redaction;
use crate::spool::FailedTraces;
use crate::spool::Spool;
use crate::wire::Placement;

impl Config {
    /// Begins with the defaults: LangSmith's cloud, project `default`, tracing on.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }
}

/// Gathers settings; [`build`](Self::build) checks them.
#[derive(Clone, Debug)]
#[must_use = "settings are neither checked nor used until `.build()`"]
pub struct ConfigBuilder {
    pub(super) config: Config,
    pub(super) access: Access,
    /// Where runs are put, as the program says, and as the environment does.
    pub(super) wanted: [Wanted; 2],
    replicas: Vec<Replica>,
    /// From the environment: what the program says itself wins.
    pub(super) found_replicas: Vec<Replica>,
    /// The variable, and the certificates.
    pub(super) root_certificates: Option<(String, Vec<u8>)>,
}

const PROJECT: &str = "LANGSMITH_PROJECT";
/// As OpenSSL, Go and Python's SDK have it.
pub(super) const ROOT_CERTIFICATES: &str = "SSL_CERT_FILE";

impl Default for ConfigBuilder {
    fn default() -> ConfigBuilder {
        let config = Config {
            tracing: true,
            endpoint: Endpoint::unset(),
            api_key: None,
            workspace_id: None,
            project: Placement::from(DEFAULT_PROJECT.to_owned()),
            replicas: Vec::new(),
            own_folder: String::new(),
            sampling_rate: None,
            revision_id: None,
            max_queue_bytes: 64 << 20,
            backpressure: true,
            batch_operations: None,
            batch_bytes: None,
            batch_delay: Duration::from_millis(250),
            max_concurrent_requests: 8,
            compression_level: Some(1),
            request_timeout: Duration::from_secs(60),
            retry_timeout: Duration::from_secs(120),
            exit_timeout: Duration::from_secs(5),
            spool: None,
            failed_traces: None,
            flush_on_root_end: false,
            root_certificates: None,
            on_warning: None,
            redaction: Redaction::new(),
        };
        let access = Access {
            endpoint: None,
            api_key: None,
            workspace_id: None,
            allow_insecure: false,
            profile: None,
        };
        ConfigBuilder {
            config,
            access,
            wanted: Default::default(),
            replicas: Vec::new(),
            found_replicas: Vec::new(),
            root_certificates: None,
        }
    }
}

impl ConfigBuilder {
    /// Whether runs are to be recorded. Default: yes.
    pub fn tracing(mut self, on: bool) -> Self {
        self.config.tracing = on;
        self
    }

    /// The server's address. Default: LangSmith's cloud.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.access.endpoint = Some((ENDPOINT.to_owned(), endpoint.into()));
        self.found_replicas.clear();
        self
    }

    /// The API key. Needed unless the endpoint is this machine.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.access.api_key = Some((API_KEY.to_owned(), SecretText(key.into())));
        self
    }

    /// The workspace, for keys that belong to several.
    pub fn workspace_id(mut self, id: impl Into<String>) -> Self {
        self.access.workspace_id = Some(("LANGSMITH_WORKSPACE_ID".to_owned(), id.into()));
        self
    }

    /// The project of runs that name none. Default: `default`.
    pub fn project(mut self, name: impl Into<String>) -> Self {
        self.wanted[0].project = Some((PROJECT.to_owned(), name.into()));
        self
    }

    /// Puts runs that name no project into the environment of an agent, instead of a project; not along with
    /// [`project`](Self::project). LangSmith takes them in workspaces that have agents, and refuses them elsewhere.
    ///
    /// `id`: up to 63 lower-case letters, digits and hyphens. `environment`: `local`, `development`, `staging` or
    /// `production`, in any case.
    ///
    /// ```
    /// let config = traceable_exporter::Config::builder()
    ///     .endpoint("http://127.0.0.1:1984")
    ///     .agent("customer-support", "Production")
    ///     .build()?;
    /// assert_eq!(config.address(), Some("lrn:agents/customer-support/environments/production"));
    /// # Ok::<(), traceable_exporter::ConfigError>(())
    /// ```
    pub fn agent(mut self, id: impl Into<String>, environment: impl Into<String>) -> Self {
        self.wanted[0].agent_id = Some(id.into());
        self.wanted[0].agent_environment = Some(environment.into());
        self
    }

    /// Adds a destination. As soon as there is one, runs go to the replicas and nowhere else: name the program's own
    /// server among them, by [`Replica::new`], if it is to have them too.
    pub fn replica(mut self, replica: Replica) -> Self {
        self.replicas.push(replica);
        self
    }

    /// The share of traces to record, 0 to 1. Default: all.
    pub fn sampling_rate(mut self, rate: f64) -> Self {
        self.config.sampling_rate = Some(rate);
        self
    }

    /// The program's version, for the metadata of each run.
    pub fn revision_id(mut self, id: impl Into<String>) -> Self {
        self.config.revision_id = Some(id.into());
        self
    }

    /// A folder in which runs wait for the server on disk instead of in memory. Default: none.
    ///
    /// Each destination has a folder of its own inside, `to-` and a hash of the server's address and the workspace, so
    /// that runs are never sent to another server or another workspace: not by programs that share the folder, not by
    /// this one after its settings have changed, not by a [replica](Self::replica) (in whose hash is also the project, if
    /// it names one). If no [workspace](Self::workspace_id) is named, the hash of the API key stands for it: then what
    /// waits when the key is replaced is not sent by itself, and `traceable replay` or [`replay`](crate::replay) sends
    /// it.
    ///
    /// Where a path is relative, what counts is the working directory when the settings are [built](Self::build).
    pub fn spool(mut self, spool: Spool) -> Self {
        self.config.spool = Some(spool);
        self
    }

    /// A folder for runs that are given up: rejected by the server, or not delivered in time. One file each time, in the
    /// form of LangSmith's SDKs (`LANGSMITH_FAILED_TRACES_DIR`), which `traceable replay` and [`replay`](crate::replay)
    /// send. Files are not written beyond `max_bytes` in the folder. Default: none.
    ///
    /// Of several [replicas](Self::replica) each has a folder inside, named as those of a [spool](Self::spool) are. Where
    /// a path is relative, what counts is the working directory when the settings are [built](Self::build).
    ///
    /// An outage is better bridged by a [spool](Self::spool), from which nothing is given up.
    pub fn failed_traces(mut self, folder: impl Into<PathBuf>, max_bytes: u64) -> Self {
        self.config.failed_traces = Some(FailedTraces::new(folder.into(), max_bytes));
        self
    }

    /// Whether the thread that ends a root run, or the highest that this process has of a trace, waits until everything is delivered, at most the
    /// [exit timeout](Self::exit_timeout). For functions in the cloud, whose machine is frozen as soon as they have
    /// answered. Default: no.
    ///
    /// So it does where the caller has sent headers, and the function's own run hangs under one of another process. In
    /// async code the thread waits as well, and with it other
    /// tasks that it runs; where a server in the same runtime of one thread is to answer, use
    /// [`flush_async`](crate::Exporter::flush_async) instead.
    ///
    /// ```
    /// use traceable_exporter::Config;
    /// let config = Config::from_vars(|name| match name {
    ///     "LANGSMITH_ENDPOINT" => Some("http://127.0.0.1:1984".into()),
    ///     "LANGSMITH_TRACING_BACKGROUND" => Some("false".into()),
    ///     _ => None,
    /// })?;
    /// let by_hand = Config::builder().endpoint("http://127.0.0.1:1984").tracing(false).flush_on_root_end(true).build()?;
    /// assert_eq!(config, by_hand);
    /// # Ok::<(), traceable_exporter::ConfigError>(())
    /// ```
    pub fn flush_on_root_end(mut self, flush: bool) -> Self {
        self.config.flush_on_root_end = flush;
        self
    }

    /// The authorities whose certificates are believed, one or more in PEM form, and no others: for a server inside a
    /// company, or a proxy that reads along. Default: those of browsers, or of the system with the features
    /// `platform-verifier` and `native-tls`.
    ///
    /// They are looked at if the endpoint is https://. [`build`](Self::build) fails if there are none, or one is damaged.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some((ROOT_CERTIFICATES.to_owned(), pem.into()));
        self
    }

    /// Calls a function with each warning of this exporter: one line, without a line break. It is called on the thread that
    /// has the warning, be it the exporter's or one of the program's; a panic in it is caught. Default: warnings go where all
    /// diagnostics of the process go, see [`set_diagnostic_hook`](traceable_core::diagnostics::set_diagnostic_hook).
    ///
    /// ```
    /// use traceable_exporter::Config;
    /// let quiet = Config::builder().endpoint("http://127.0.0.1:1984").on_warning(|_line| {});
    /// assert!(quiet.build().is_ok());
    /// ```
    pub fn on_warning(mut self, call: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.config.on_warning = Some(OnWarning::new(call));
        self
    }

    /// What of runs may be sent. Where it says nothing, what was said before holds: by the environment, by the three
    /// methods that follow, or by a redaction before this one.
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.config.redaction = redaction.or(self.config.redaction);
        self
    }

    /// Whether inputs are left out, see [`Redaction::hide_inputs`].
    pub fn hide_inputs(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_inputs(hide))
    }

    /// Whether outputs are left out, see [`Redaction::hide_outputs`].
    pub fn hide_outputs(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_outputs(hide))
    }

    /// Whether metadata are left out, see [`Redaction::hide_metadata`].
    pub fn hide_metadata(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_metadata(hide))
    }

    /// Allows http:// to machines other than this one. The key and all data can then be read on the way.
    pub fn allow_insecure(mut self, allow: bool) -> Self {
        self.access.allow_insecure = allow;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// The first one that is missing, malformed or dangerous.
    pub fn build(self) -> Result<Config, ConfigError> {
        let ConfigBuilder {
            mut config,
            access,
            wanted: [own, found],
            replicas,
            found_replicas,
            root_certificates,
        } = self;
        let replicas = if replicas.is_empty() { found_replicas } else { replicas };
        access.apply(&mut config)?;
        config.project = Placement::new(agent::first([&own, &found])?);
        if replicas.is_empty() {
            access.require_key(&config)?;
        }
        if let Some((variable, pem)) =
            root_certificates.filter(|_| config.endpoint.is_https() || !replicas.is_empty())
        {
            let wrong = || ConfigError::malformed(&variable, None, "certificates in PEM form");
            config.root_certificates = Some(RootCertificates::from_pem(&pem).ok_or_else(wrong)?);
        }
        config.check_numbers()?;
        // a program may change its working directory
        if let Some(spool) = &mut config.spool
            && let Ok(path) = std::path::absolute(&spool.directory)
        {
            spool.directory = path;
        }
        config.failed_traces = config.failed_traces.map(FailedTraces::absolute);
        access.apply_replicas(&mut config, &replicas)?;
        if replicas.is_empty() {
            config.wait_alone();
        }
        Ok(config)
    }
}
