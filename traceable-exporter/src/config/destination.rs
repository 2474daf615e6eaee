//! Resolves each destination: its address, credentials, project and folders. A key only goes to the server that it is
//! for.

use xxhash_rust::xxh3::xxh3_64;

use super::api_key::{ApiKey, InvalidKey, SecretText};
use super::endpoint::{self, Endpoint};
use super::error::ConfigError;
use super::profile::Profile;
use super::replica::{self, Replica};
use super::settings::Config;
use super::target::check_project;
use super::tidy::{has_stray_quote, tidied};
use super::variable_names::{API_KEY, CONFIG_FILE, ENDPOINT, RUNS_ENDPOINTS};
use crate::wire::Changes;

/// A setting with the variable that errors name.
pub(crate) type Named<T> = (String, T);

/// The address and the credentials of the program's own destination, not checked yet.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) endpoint: Option<Named<String>>,
    pub(crate) api_key: Option<Named<SecretText>>,
    pub(crate) workspace_id: Option<Named<String>>,
    pub(crate) allow_insecure: bool,
    /// Holds where nothing above is set.
    pub(crate) profile: Option<Profile>,
}

impl Access {
    /// Checks the address and the credentials, and writes them into the settings.
    pub(crate) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        let parse =
            |(variable, endpoint): &Named<String>| Endpoint::parse(endpoint, variable, self.allow_insecure);
        let profile = self.profile.as_ref();
        let of_profile = parse(&match profile.and_then(|profile| profile.api_url.clone()) {
            Some(url) => (CONFIG_FILE.to_owned(), url),
            None => (ENDPOINT.to_owned(), endpoint::DEFAULT.to_owned()),
        });
        config.endpoint = match &self.endpoint {
            Some(endpoint) => parse(endpoint)?,
            None => of_profile.clone()?,
        };
        // the profile's credentials are for its own server only
        let profile = profile.filter(|_| of_profile.as_ref() == Ok(&config.endpoint));
        let key = self.api_key.clone().or_else(|| {
            let key = profile?.api_key.clone()?;
            Some((CONFIG_FILE.to_owned(), key))
        });
        config.api_key = key.as_ref().map(checked_key).transpose()?;
        let workspace = self.workspace_id.clone().or_else(|| {
            let id = profile?.workspace_id.clone()?;
            Some((CONFIG_FILE.to_owned(), id))
        });
        config.workspace_id = match workspace {
            Some((variable, id)) => Some(checked_workspace(&id, &variable)?),
            None => None,
        };
        Ok(())
    }

    /// Checks that there is an API key, if the server needs one.
    pub(crate) fn require_key(&self, config: &Config) -> Result<(), ConfigError> {
        let result = require_key(config, API_KEY);
        match &self.profile {
            Some(profile) if profile.has_login => result.map_err(|_| profile.login_unsupported()),
            _ => result,
        }
    }

    /// Checks replicas, and writes them into the settings. Call it after [`apply`](Self::apply).
    pub(crate) fn apply_replicas(
        &self,
        config: &mut Config,
        replicas: &[Replica],
    ) -> Result<(), ConfigError> {
        replica::check(replicas)?;
        let all = replicas.iter().map(|replica| self.replica(config, replica)).collect::<Result<_, _>>()?;
        config.replicas = all;
        Ok(())
    }

    fn replica(&self, base: &Config, replica: &Replica) -> Result<Config, ConfigError> {
        let mut config = base.clone();
        if let Some(endpoint) = &replica.endpoint {
            config.endpoint = Endpoint::parse(endpoint, RUNS_ENDPOINTS, self.allow_insecure)?;
        }
        // the program's own credentials are for its own server only
        if replica.api_key.is_some() || config.endpoint != base.endpoint {
            let key = replica.api_key.clone().map(|key| (RUNS_ENDPOINTS.to_owned(), key));
            config.api_key = key.as_ref().map(checked_key).transpose()?;
            config.workspace_id = None;
        }
        if let Some(id) = &replica.workspace_id {
            config.workspace_id = Some(checked_workspace(id, RUNS_ENDPOINTS)?);
        }
        require_key(&config, RUNS_ENDPOINTS)?;
        if let Some(project) = &replica.changes.project {
            check_project(project, RUNS_ENDPOINTS)?;
        }
        let folder = folder_name(&config, replica.changes.project.as_deref());
        config.failed_traces = config.failed_traces.map(|failed| failed.of_destination(&folder));
        config.set_own_folder(folder);
        let mut changes = Changes { keeps_ids: replica.primary, ..replica.changes.clone() };
        if base.redaction.hides_metadata() {
            changes.metadata.clear();
        }
        config.placement = base.placement.with(changes);
        Ok(config)
    }
}

impl Config {
    /// Gives a single destination a folder of its own inside its spool, which other programs may share.
    ///
    /// Its failed traces stay in the folder itself, as those of LangSmith's SDKs do: they are only sent by hand.
    pub(crate) fn set_folder_of_single_destination(&mut self) {
        self.set_own_folder(folder_name(self, None));
    }

    fn set_own_folder(&mut self, folder: String) {
        self.spool = self.spool.take().map(|spool| spool.of_destination(&folder));
        self.own_folder = folder;
    }
}

/// The name of a destination's folder, independent of the order of destinations. Stored runs do not say where they go,
/// so the name must identify everything that decides who can see them: the server, and the workspace there. Without a
/// named workspace, the key identifies it; with one, the key may change. `project`: the project of all runs, if the
/// replica names one.
fn folder_name(config: &Config, project: Option<&str>) -> String {
    let owner = match (&config.workspace_id, &config.api_key) {
        (Some(id), _) => format!("workspace {id}"),
        (None, Some(key)) => format!("key {:016x}", key.hash()),
        (None, None) => String::new(),
    };
    let all = format!("{}\n{owner}\n{}", config.endpoint.as_str(), project.unwrap_or_default());
    format!("to-{:016x}", xxh3_64(all.as_bytes()))
}

fn checked_key((variable, SecretText(key)): &Named<SecretText>) -> Result<ApiKey, ConfigError> {
    ApiKey::new(key).map_err(|invalid| {
        let expected = match invalid {
            InvalidKey::StrayQuote => "a key without a quotation mark at one end",
            InvalidKey::Empty | InvalidKey::NotPrintableAscii => "printable ASCII characters only",
        };
        ConfigError::malformed(variable, None, format!("{expected} (the value is not shown)"))
    })
}

/// `variable`: where the key can be set.
fn require_key(config: &Config, variable: &str) -> Result<(), ConfigError> {
    if !config.tracing || config.api_key.is_some() || config.endpoint.is_loopback() {
        return Ok(());
    }
    let endpoint = config.endpoint.as_str();
    Err(ConfigError::missing(
        variable,
        format!(
            "the API key for {endpoint} (a collector on this machine needs none: {ENDPOINT}=http://127.0.0.1:1984; to run \
             without tracing, set LANGSMITH_TRACING=false)"
        ),
    ))
}

fn checked_workspace(id: &str, variable: &str) -> Result<String, ConfigError> {
    let tidied = tidied(id);
    let is_id = !tidied.is_empty() && tidied.bytes().all(|b| b.is_ascii_graphic());
    match is_id && !has_stray_quote(&tidied) {
        true => Ok(tidied),
        false => Err(ConfigError::malformed(variable, Some(id), "the id of a workspace")),
    }
}
