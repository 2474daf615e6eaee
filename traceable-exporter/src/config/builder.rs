//! The builder of a configuration: what the program sets.

use std::path::PathBuf;

use super::api_key::SecretText;
use super::destination::Access;
use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::replica::Replica;
use super::root_certificates::RootCertificates;
use super::settings::{Config, DEFAULT_PROJECT};
use super::target::{self, TargetSettings};
use super::{limits, variable_names as name};
use crate::accounting::OnWarning;
use crate::redact::Redaction;
use crate::spool::{FailedTraces, Spool};
use crate::wire::Placement;

impl Config {
    /// Begins with the defaults: LangSmith's cloud, project `default`, tracing on.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }
}

/// Collects settings; [`build`](Self::build) checks them.
#[derive(Clone, Debug)]
#[must_use = "settings are neither checked nor used until `.build()`"]
pub struct ConfigBuilder {
    pub(super) config: Config,
    pub(super) access: Access,
    /// Set by the program: wins over the environment.
    target: TargetSettings,
    pub(super) environment_target: TargetSettings,
    /// Set by the program: win over the environment.
    replicas: Vec<Replica>,
    pub(super) environment_replicas: Vec<Replica>,
    /// The variable, and the certificates in PEM form.
    pub(super) root_certificates: Option<(String, Vec<u8>)>,
}

impl Default for ConfigBuilder {
    fn default() -> ConfigBuilder {
        let config = Config {
            tracing: true,
            endpoint: Endpoint::unset(),
            api_key: None,
            workspace_id: None,
            placement: Placement::from(DEFAULT_PROJECT.to_owned()),
            replicas: Vec::new(),
            own_folder: String::new(),
            sampling_rate: None,
            revision_id: None,
            max_queue_bytes: limits::MAX_QUEUE_BYTES,
            backpressure: true,
            batch_operations: None,
            batch_bytes: None,
            batch_delay: limits::BATCH_DELAY,
            max_concurrent_requests: limits::MAX_CONCURRENT_REQUESTS,
            compression_level: Some(limits::COMPRESSION_LEVEL),
            request_timeout: limits::REQUEST_TIMEOUT,
            retry_timeout: limits::RETRY_TIMEOUT,
            exit_timeout: limits::EXIT_TIMEOUT,
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
            target: TargetSettings::default(),
            environment_target: TargetSettings::default(),
            replicas: Vec::new(),
            environment_replicas: Vec::new(),
            root_certificates: None,
        }
    }
}

impl ConfigBuilder {
    /// Whether to record runs. Default: yes.
    pub fn tracing(mut self, on: bool) -> Self {
        self.config.tracing = on;
        self
    }

    /// The server's address. Default: LangSmith's cloud. Replaces the destinations of `LANGSMITH_RUNS_ENDPOINTS`, if
    /// the environment names some.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.access.endpoint = Some((name::ENDPOINT.to_owned(), endpoint.into()));
        self.environment_replicas.clear();
        self
    }

    /// The API key. Required unless the endpoint is this machine.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.access.api_key = Some((name::API_KEY.to_owned(), SecretText(key.into())));
        self
    }

    /// The workspace, for keys that belong to several.
    pub fn workspace_id(mut self, id: impl Into<String>) -> Self {
        self.access.workspace_id = Some((name::WORKSPACE_ID.to_owned(), id.into()));
        self
    }

    /// The project of runs that name none. Default: `default`.
    pub fn project(mut self, project: impl Into<String>) -> Self {
        self.target.project = Some((name::PROJECT.to_owned(), project.into()));
        self
    }

    /// The agent environment that runs go to if they name no project. Cannot be combined with
    /// [`project`](Self::project). LangSmith accepts such runs in workspaces that have agents, and rejects them
    /// elsewhere.
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
        self.target.agent_id = Some(id.into());
        self.target.agent_environment = Some(environment.into());
        self
    }

    /// Adds a destination; replicas of the program replace those of the environment. With at least one replica, runs go
    /// to the replicas only: add the program's own server as one of them, by [`Replica::new`], if it should get them
    /// too.
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

    /// Runs wait for the server in this folder on disk instead of in memory. Default: none.
    ///
    /// Each destination has a folder of its own inside: `to-` and a hash of the server's address and the workspace. So
    /// runs are never sent to another server or workspace, whether programs share the folder, the settings change, or
    /// there are [replicas](Self::replica). (A replica's hash also covers its project, if it names one.) If no
    /// [workspace](Self::workspace_id) is named, the hash covers the API key instead. After the key is replaced,
    /// waiting runs are not sent automatically: send them by `traceable replay` or [`replay`](crate::replay).
    ///
    /// A relative path is resolved against the working directory at [`build`](Self::build).
    pub fn spool(mut self, spool: Spool) -> Self {
        self.config.spool = Some(spool);
        self
    }

    /// A folder for dropped runs: rejected by the server, or not delivered in time. Each failed request becomes one
    /// file, in the form of LangSmith's SDKs (`LANGSMITH_FAILED_TRACES_DIR`); `traceable replay` and
    /// [`replay`](crate::replay) send these files. The folder never grows beyond `max_bytes`. Default: none.
    ///
    /// Each of several [replicas](Self::replica) has a folder inside, named as those of a [spool](Self::spool) are. A
    /// relative path is resolved against the working directory at [`build`](Self::build).
    ///
    /// To survive outages, use a [spool](Self::spool): it drops no run because a server is away.
    pub fn failed_traces(mut self, folder: impl Into<PathBuf>, max_bytes: u64) -> Self {
        self.config.failed_traces = Some(FailedTraces::new(folder.into(), max_bytes));
        self
    }

    /// Whether ending a trace blocks until everything is delivered, for at most the [exit timeout](Self::exit_timeout):
    /// for serverless functions, whose machine is frozen as soon as they have answered. Default: no.
    ///
    /// The thread that ends the root run blocks. If the trace came from another process, it is the thread that ends
    /// this process's topmost run. A run that ends after that, in a task or a stream that goes on, is waited for by
    /// whoever ends it. In async code this blocks the other tasks of that thread too; if a server in the
    /// same single-threaded runtime has to answer, use [`flush_async`](crate::Exporter::flush_async) instead.
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

    /// The certificate authorities to trust, one or more in PEM form, and no others: for a server inside a company, or
    /// a proxy that inspects TLS. Default: those of browsers, or of the system with the features `platform-verifier`
    /// and `native-tls`.
    ///
    /// Read if the endpoint is https:// or there are replicas. Then [`build`](Self::build) fails if the text has no
    /// certificate, or a damaged one.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates = Some((name::ROOT_CERTIFICATES.to_owned(), pem.into()));
        self
    }

    /// Calls a function with each warning of this exporter: one line, without a line break. It runs on the thread that
    /// warns, one of the exporter's or one of the program's; a panic in it is caught. Default: warnings go where all
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

    /// Says which parts of runs are sent. A part that it does not set keeps its earlier setting: of the environment, of
    /// the three methods below, or of an earlier redaction.
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.config.redaction = redaction.or(self.config.redaction);
        self
    }

    /// Whether to hide inputs, see [`Redaction::hide_inputs`].
    pub fn hide_inputs(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_inputs(hide))
    }

    /// Whether to hide outputs, see [`Redaction::hide_outputs`].
    pub fn hide_outputs(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_outputs(hide))
    }

    /// Whether to hide metadata, see [`Redaction::hide_metadata`].
    pub fn hide_metadata(self, hide: bool) -> Self {
        self.redaction(Redaction::new().hide_metadata(hide))
    }

    /// Allows http:// to other machines. The key and all data are then sent unencrypted.
    pub fn allow_insecure(mut self, allow: bool) -> Self {
        self.access.allow_insecure = allow;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// The first setting that is missing, malformed or insecure.
    pub fn build(self) -> Result<Config, ConfigError> {
        let ConfigBuilder {
            mut config,
            access,
            target,
            environment_target,
            replicas,
            environment_replicas,
            root_certificates,
        } = self;
        let replicas = if replicas.is_empty() { environment_replicas } else { replicas };
        access.apply(&mut config)?;
        config.placement = Placement::new(target::first([&target, &environment_target])?);
        if replicas.is_empty() {
            access.require_key(&config)?;
        }
        if let Some((variable, pem)) =
            root_certificates.filter(|_| config.endpoint.is_https() || !replicas.is_empty())
        {
            let wrong = || ConfigError::malformed(&variable, None, "certificates in PEM form");
            config.root_certificates = Some(RootCertificates::from_pem(&pem).ok_or_else(wrong)?);
        }
        limits::check(&config)?;
        // the program may change its working directory later
        if let Some(spool) = &mut config.spool
            && let Ok(path) = std::path::absolute(&spool.directory)
        {
            spool.directory = path;
        }
        config.failed_traces = config.failed_traces.map(FailedTraces::absolute);
        access.apply_replicas(&mut config, &replicas)?;
        if replicas.is_empty() {
            config.set_folder_of_single_destination();
        }
        Ok(config)
    }
}
