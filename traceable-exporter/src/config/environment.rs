//! Reads settings from the environment.

use super::api_key::SecretText;
use super::builder::ConfigBuilder;
use super::error::{ConfigError, ConfigErrorKind};
use super::settings::Config;
use super::target::TargetSettings;
use super::variables::{Variables, tracing_is_on, warn_of_unknown_switch};
use super::{limits, profile, replica, variable_names as name};
use crate::redact::Redaction;
use crate::spool::{FailedTraces, Spool};

impl Config {
    /// Reads the environment: `LANGSMITH_X`, then `LANGCHAIN_X`.
    ///
    /// Every value is tidied first, also those in the JSON of `RUNS_ENDPOINTS` and in profiles: white space, line breaks, byte
    /// order marks and quotes around it go. A value that is blank then counts as unset.
    ///
    /// | variable | |
    /// |---|---|
    /// | `TRACING_V2`, then `TRACING` | `true`, `1`, `yes` or `on`: record runs; default off; an unknown word is off, with a warning |
    /// | `ENDPOINT` | default `https://api.smith.langchain.com` |
    /// | `API_KEY` | required unless the endpoint is this machine |
    /// | `WORKSPACE_ID` | for keys of several workspaces |
    /// | `RUNS_ENDPOINTS` | several destinations, see [`Replica`](crate::Replica): a JSON list of objects with `api_url`, `api_key`, `project_name`, `workspace_id`, `primary` and `updates` (`metadata`, `tags`, `reroot`), or an object with a key for each address; conflicts with `ENDPOINT` |
    /// | `CONFIG_FILE`, `PROFILE` | a file with profiles, and the name of one, whose `api_key`, `api_url` and `workspace_id` hold where no variable is set; default `.langsmith/config.json` in the home directory, and its `current_profile`, else `default`. Its key goes to its address only. No `LANGCHAIN_` names |
    /// | `AGENT_ID`, `AGENT_ENVIRONMENT` | both together: the environment of an agent, instead of a project; see [`agent`](ConfigBuilder::agent). No `LANGCHAIN_` names |
    /// | `PROJECT`, then `SESSION` | default `default`; `HOSTED_LANGSERVE_PROJECT_NAME` wins over both |
    /// | `TRACING_SAMPLING_RATE` | 0 to 1, default all |
    /// | `REVISION_ID` | goes into the metadata of each run as `revision_id` |
    /// | `MAX_INGEST_MEMORY_BYTES` | size of the queue, default 64 MiB |
    /// | `BATCH_INGEST_SIZE_LIMIT` | runs per request, default as the server says, or 100 |
    /// | `DISABLE_RUN_COMPRESSION`, `RUN_COMPRESSION_LEVEL` | zstd, default on (if the server takes it), level 1 |
    /// | `SPOOL_DIR`, `SPOOL_MAX_MB` | a folder where runs wait on disk, and its maximum size, see [`Spool`] (unknown to LangSmith's own SDKs) |
    /// | `FAILED_TRACES_DIR`, `FAILED_TRACES_MAX_MB` | a folder for dropped runs, and its maximum size, default 100; each of several destinations has a folder inside |
    /// | `HIDE_INPUTS`, `HIDE_OUTPUTS`, `HIDE_METADATA` | hide these parts, see [`Redaction`]; any word hides them but `false`, `0`, `no` and `off` |
    /// | `HIDE_ERRORS` | the same for errors; default: hidden if inputs and outputs are, see [`Redaction::hide_errors`] (unknown to LangSmith's own SDKs) |
    /// | `TRACING_BACKGROUND` | `false`: ending a trace blocks until it is delivered, see [`ConfigBuilder::flush_on_root_end`] |
    /// | `ALLOW_INSECURE` | `true`: allow http:// to other machines (unknown to LangSmith's own SDKs) |
    ///
    /// `SSL_CERT_FILE` names a file with the certificate authorities to trust, see
    /// [`ConfigBuilder::root_certificates`].
    ///
    /// # Errors
    /// The first setting that is missing or malformed.
    pub fn from_env() -> Result<Config, ConfigError> {
        ConfigBuilder::from_env()?.build()
    }

    /// Reads the environment if tracing is on there; `None`: tracing is off, and no other variable is read.
    pub(crate) fn if_tracing_is_on() -> Result<Option<Config>, ConfigError> {
        let variables = Variables(&variable_of_process);
        warn_of_unknown_switch(&variables);
        tracing_is_on(&variables).then(|| Config::from_vars(variable_of_process)).transpose()
    }

    /// As [`from_env`](Self::from_env), with `lookup` instead of the process's variables, also for `HOME` (on Windows
    /// `USERPROFILE`), which says where the profile file is.
    ///
    /// # Errors
    /// The first setting that is missing or malformed.
    ///
    /// ```
    /// use traceable_exporter::Config;
    /// let error = Config::from_vars(|name| match name {
    ///     "LANGSMITH_TRACING" => Some("true".into()),
    ///     _ => None,
    /// });
    /// assert_eq!(error.unwrap_err().variable(), "LANGSMITH_API_KEY");
    /// ```
    pub fn from_vars(lookup: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        ConfigBuilder::from_vars(&Variables(&lookup))?.build()
    }
}

fn variable_of_process(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl ConfigBuilder {
    /// Begins with the settings of the environment, see [`Config::from_env`]. Later calls override them.
    ///
    /// # Errors
    /// The first setting that is malformed. [`build`](Self::build) reports missing ones.
    ///
    /// ```
    /// use traceable_exporter::ConfigBuilder;
    /// // hidden, whatever LANGSMITH_HIDE_INPUTS says
    /// let builder = ConfigBuilder::from_env()?.hide_inputs(true);
    /// # Ok::<(), traceable_exporter::ConfigError>(())
    /// ```
    pub fn from_env() -> Result<ConfigBuilder, ConfigError> {
        let variables = Variables(&variable_of_process);
        warn_of_unknown_switch(&variables);
        ConfigBuilder::from_vars(&variables)
    }

    fn from_vars(vars: &Variables<'_>) -> Result<ConfigBuilder, ConfigError> {
        let mut builder = ConfigBuilder::default();
        builder.config.tracing = tracing_is_on(vars);
        let endpoint = vars.get(name::ENDPOINT);
        if let Some(found) = vars.get(name::RUNS_ENDPOINTS) {
            if let Some(endpoint) = endpoint {
                let expected = format!("only one of it and {}", endpoint.name);
                return Err(ConfigError::new(ConfigErrorKind::Conflict, &found.name, None, expected));
            }
            builder.environment_replicas = replica::read(&found)?;
        } else if let Some(found) = endpoint {
            builder.access.endpoint = Some((found.name, found.value));
        }
        builder.access.profile = profile::read(vars)?;
        builder.access.api_key = vars.get(name::API_KEY).map(|found| (found.name, SecretText(found.value)));
        builder.access.workspace_id = vars.get(name::WORKSPACE_ID).map(|found| (found.name, found.value));
        builder.access.allow_insecure = vars.switch(name::ALLOW_INSECURE).unwrap_or(false);
        builder.environment_target = TargetSettings::from_vars(vars);
        if let Some(found) = vars.exact(name::ROOT_CERTIFICATES) {
            // a file that cannot be read counts as empty, which is an error if certificates are needed
            builder.root_certificates = Some((found.name, std::fs::read(found.value).unwrap_or_default()));
        }
        let config = &mut builder.config;
        config.flush_on_root_end = vars.is_off(name::TRACING_BACKGROUND);
        config.sampling_rate = vars.number(name::TRACING_SAMPLING_RATE, &limits::SAMPLING_RATES)?;
        config.revision_id = vars.get(name::REVISION_ID).map(|found| found.value);
        if let Some(bytes) = vars.number(name::MAX_QUEUE_BYTES, &limits::BYTES)? {
            config.max_queue_bytes = bytes;
        }
        config.batch_operations = vars.number(name::BATCH_OPERATIONS, &limits::COUNTS)?;
        if let Some(level) = vars.number(name::COMPRESSION_LEVEL, &limits::COMPRESSION_LEVELS)? {
            config.compression_level = Some(level);
        }
        config.spool = vars.get(name::SPOOL_DIR).map(|found| Spool::new(found.value));
        let megabytes = vars.number(name::SPOOL_MAX_MB, &limits::MEGABYTES)?;
        if let (Some(spool), Some(megabytes)) = (&mut config.spool, megabytes) {
            spool.max_bytes = megabytes << 20;
        }
        let megabytes = vars.number(name::FAILED_TRACES_MAX_MB, &limits::MEGABYTES)?;
        let megabytes = megabytes.unwrap_or(limits::FAILED_TRACES_MB);
        config.failed_traces = vars
            .get(name::FAILED_TRACES_DIR)
            .map(|found| FailedTraces::new(found.value.into(), megabytes << 20));
        if vars.switch(name::DISABLE_COMPRESSION) == Some(true) {
            config.compression_level = None;
        }
        let mut redaction = Redaction::new();
        if vars.hides(name::HIDE_INPUTS) {
            redaction = redaction.hide_inputs(true);
        }
        if vars.hides(name::HIDE_OUTPUTS) {
            redaction = redaction.hide_outputs(true);
        }
        if vars.hides(name::HIDE_METADATA) {
            redaction = redaction.hide_metadata(true);
        }
        if vars.get(name::HIDE_ERRORS).is_some() {
            redaction = redaction.hide_errors(vars.hides(name::HIDE_ERRORS));
        }
        config.redaction = redaction;
        Ok(builder)
    }
}
