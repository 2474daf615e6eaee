//! Settings from the environment.

use super::agent::Wanted;
use super::api_key::SecretText;
use super::builder::{ConfigBuilder, ROOT_CERTIFICATES};
use super::error::{ConfigError, ConfigErrorKind};
use super::settings::Config;
use super::variables::{Variables, tracing_is_on, warn_of_unclear_switch};
use super::{profile, replica};
use crate::redact::Redaction;
use crate::spool::{FailedTraces, Spool};

impl Config {
    /// Reads the environment: `LANGSMITH_X`, then `LANGCHAIN_X`; blank counts as unset.
    ///
    /// | variable | |
    /// |---|---|
    /// | `TRACING_V2`, then `TRACING` | `true`, `1`, `yes` or `on`: record; default off; nonsense is off, with a warning |
    /// | `ENDPOINT` | default `https://api.smith.langchain.com` |
    /// | `API_KEY` | needed unless the endpoint is this machine |
    /// | `WORKSPACE_ID` | for keys of several workspaces |
    /// | `RUNS_ENDPOINTS` | several destinations, see [`Replica`](crate::Replica): a JSON list of objects with `api_url`, `api_key`, `project_name`, `workspace_id`, `primary` and `updates` (`metadata`, `tags`, `reroot`), or an object with a key for each address; not along with `ENDPOINT` |
    /// | `CONFIG_FILE`, `PROFILE` | a file with profiles, which may have `api_key`, `api_url` and `workspace_id`, for what is not named otherwise; default `.langsmith/config.json` in the home directory, and its `current_profile`, else `default`. Its key goes to its address alone. No `LANGCHAIN_` names |
    /// | `AGENT_ID`, `AGENT_ENVIRONMENT` | both: the environment of an agent, instead of a project; see [`agent`](ConfigBuilder::agent). No `LANGCHAIN_` names |
    /// | `PROJECT`, then `SESSION` | default `default`; `HOSTED_LANGSERVE_PROJECT_NAME` wins over both |
    /// | `TRACING_SAMPLING_RATE` | 0 to 1, default all |
    /// | `REVISION_ID` | goes into the metadata of each run as `revision_id` |
    /// | `MAX_INGEST_MEMORY_BYTES` | bound of the queue, default 64 MiB |
    /// | `BATCH_INGEST_SIZE_LIMIT` | runs per request, default as the server says, or 100 |
    /// | `DISABLE_RUN_COMPRESSION`, `RUN_COMPRESSION_LEVEL` | zstd, default on (if the server takes it), level 1 |
    /// | `SPOOL_DIR`, `SPOOL_MAX_MB` | a folder in which runs wait on disk, see [`Spool`], and its bound (not known to LangSmith's own SDKs) |
    /// | `FAILED_TRACES_DIR`, `FAILED_TRACES_MAX_MB` | a folder for runs that are given up, and its bound, default 100; of several destinations each has a folder inside |
    /// | `HIDE_INPUTS`, `HIDE_OUTPUTS`, `HIDE_METADATA` | left out, see [`Redaction`]; also by words other than `true`, as long as it is not `false`, `0`, `no` or `off` |
    /// | `TRACING_BACKGROUND` | `false`: who ends a root run waits until it is delivered, see [`ConfigBuilder::flush_on_root_end`] |
    /// | `ALLOW_INSECURE` | `true`: http:// to other machines (not known to LangSmith's own SDKs) |
    ///
    /// With `SSL_CERT_FILE` those authorities are believed, see [`ConfigBuilder::root_certificates`].
    ///
    /// # Errors
    /// The first setting that is missing or malformed.
    pub fn from_env() -> Result<Config, ConfigError> {
        ConfigBuilder::from_env()?.build()
    }

    /// Reads the environment if it switches tracing on; `None`: it does not, and nothing else of it is read.
    pub(crate) fn if_tracing_is_on() -> Result<Option<Config>, ConfigError> {
        let variables = Variables(&variable_of_process);
        warn_of_unclear_switch(&variables);
        tracing_is_on(&variables).then(|| Config::from_vars(variable_of_process)).transpose()
    }

    /// As [`from_env`](Self::from_env), with the variables from somewhere else; so is `HOME`, on Windows
    /// `USERPROFILE`, the directory in which the file of profiles is looked for.
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
    /// Begins with what the environment says, see [`Config::from_env`]; what is set then comes before that.
    ///
    /// # Errors
    /// The first setting that is malformed. What is missing is an error of [`build`](Self::build).
    ///
    /// ```
    /// use traceable_exporter::ConfigBuilder;
    /// // hidden, whatever LANGSMITH_HIDE_INPUTS says
    /// let builder = ConfigBuilder::from_env()?.hide_inputs(true);
    /// # Ok::<(), traceable_exporter::ConfigError>(())
    /// ```
    pub fn from_env() -> Result<ConfigBuilder, ConfigError> {
        let variables = Variables(&variable_of_process);
        warn_of_unclear_switch(&variables);
        ConfigBuilder::from_vars(&variables)
    }

    fn from_vars(vars: &Variables<'_>) -> Result<ConfigBuilder, ConfigError> {
        let mut builder = ConfigBuilder::default();
        builder.config.tracing = tracing_is_on(vars);
        let endpoint = vars.get("ENDPOINT");
        if let Some(found) = vars.get("RUNS_ENDPOINTS") {
            if let Some(endpoint) = endpoint {
                let expected = format!("only one of it and {}", endpoint.name);
                return Err(ConfigError::new(ConfigErrorKind::Conflict, &found.name, None, expected));
            }
            builder.found_replicas = replica::read(&found)?;
        } else if let Some(found) = endpoint {
            builder.access.endpoint = Some((found.name, found.value));
        }
        builder.access.profile = profile::read(vars)?;
        builder.access.api_key = vars.get("API_KEY").map(|found| (found.name, SecretText(found.value)));
        builder.access.workspace_id = vars.get("WORKSPACE_ID").map(|found| (found.name, found.value));
        builder.access.allow_insecure = vars.switch("ALLOW_INSECURE").unwrap_or(false);
        builder.wanted[1] = Wanted::from_vars(vars);
        if let Some(found) = vars.exact(ROOT_CERTIFICATES) {
            // what cannot be read has no certificate in it, which is an error if one is needed
            builder.root_certificates = Some((found.name, std::fs::read(found.value).unwrap_or_default()));
        }
        let config = &mut builder.config;
        config.flush_on_root_end = vars.is_off("TRACING_BACKGROUND");
        config.sampling_rate = vars.number("TRACING_SAMPLING_RATE", 0.0..=1.0, "a number from 0 to 1")?;
        config.revision_id = vars.get("REVISION_ID").map(|found| found.value);
        let bytes = "a number of bytes greater than 0";
        if let Some(bytes) = vars.number("MAX_INGEST_MEMORY_BYTES", 1..=usize::MAX, bytes)? {
            config.max_queue_bytes = bytes;
        }
        let count = "a whole number greater than 0";
        config.batch_operations = vars.number("BATCH_INGEST_SIZE_LIMIT", 1..=usize::MAX, count)?;
        if let Some(level) = vars.number("RUN_COMPRESSION_LEVEL", 1..=22, "a zstd level from 1 to 22")? {
            config.compression_level = Some(level);
        }
        config.spool = vars.get("SPOOL_DIR").map(|found| Spool::new(found.value));
        let megabytes = vars.number("SPOOL_MAX_MB", 1..=1 << 30, "a number of megabytes greater than 0")?;
        if let (Some(spool), Some(megabytes)) = (&mut config.spool, megabytes) {
            spool.max_bytes = megabytes << 20;
        }
        let megabytes =
            vars.number("FAILED_TRACES_MAX_MB", 1..=1 << 30, "a number of megabytes greater than 0")?;
        config.failed_traces = vars
            .get("FAILED_TRACES_DIR")
            .map(|found| FailedTraces::new(found.value.into(), megabytes.unwrap_or(100) << 20));
        if vars.switch("DISABLE_RUN_COMPRESSION") == Some(true) {
            config.compression_level = None;
        }
        let mut redaction = Redaction::new();
        if vars.hides("HIDE_INPUTS") {
            redaction = redaction.hide_inputs(true);
        }
        if vars.hides("HIDE_OUTPUTS") {
            redaction = redaction.hide_outputs(true);
        }
        if vars.hides("HIDE_METADATA") {
            redaction = redaction.hide_metadata(true);
        }
        config.redaction = redaction;
        Ok(builder)
    }
}
