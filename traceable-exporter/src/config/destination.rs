//! From what was named to what is used: address and credentials of each destination, and where runs are put there.

use xxhash_rust::xxh3::xxh3_64;

use super::api_key::{ApiKey, SecretText};
use super::endpoint::{self, Endpoint};
use super::error::ConfigError;
use super::profile::{self, Profile};
use super::replica::{self, Replica};
use super::settings::Config;
use crate::wire::Changes;

pub(crate) const ENDPOINT: &str = "LANGSMITH_ENDPOINT";
pub(crate) const API_KEY: &str = "LANGSMITH_API_KEY";

/// A setting with the variable that is named in errors.
pub(crate) type Named<T> = (String, T);

/// How the program's own destination is reached.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    pub(crate) endpoint: Option<Named<String>>,
    pub(crate) api_key: Option<Named<SecretText>>,
    pub(crate) workspace_id: Option<Named<String>>,
    pub(crate) allow_insecure: bool,
    /// For what is not named above.
    pub(crate) profile: Option<Profile>,
}

impl Access {
    /// Checks it, and enters it into the settings.
    pub(crate) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        let parse =
            |(variable, endpoint): &Named<String>| Endpoint::parse(endpoint, variable, self.allow_insecure);
        let profile = self.profile.as_ref();
        let of_profile = parse(&match profile.and_then(|profile| profile.api_url.clone()) {
            Some(url) => (profile::FILE.to_owned(), url),
            None => (ENDPOINT.to_owned(), endpoint::DEFAULT.to_owned()),
        });
        config.endpoint = match &self.endpoint {
            Some(endpoint) => parse(endpoint)?,
            None => of_profile.clone()?,
        };
        // the profile's credentials are for its own server
        let profile = profile.filter(|_| of_profile.as_ref() == Ok(&config.endpoint));
        let key = self.api_key.clone().or_else(|| {
            let key = profile?.api_key.clone()?;
            Some((profile::FILE.to_owned(), key))
        });
        config.api_key = key.as_ref().map(checked_key).transpose()?;
        let workspace = self.workspace_id.clone().or_else(|| {
            let id = profile?.workspace_id.clone()?;
            Some((profile::FILE.to_owned(), id))
        });
        if let Some((variable, id)) = &workspace {
            check_workspace(id, variable)?;
        }
        config.workspace_id = workspace.map(|(_, id)| id);
        Ok(())
    }

    /// Refuses settings that have no key for their server.
    pub(crate) fn require_key(&self, config: &Config) -> Result<(), ConfigError> {
        let result = require_key(config, API_KEY);
        match &self.profile {
            Some(profile) if profile.has_login => result.map_err(|_| profile.login_is_no_key()),
            _ => result,
        }
    }

    /// Checks replicas, and enters them into the settings, which hold the program's own access already.
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
            config.endpoint = Endpoint::parse(endpoint, replica::VARIABLE, self.allow_insecure)?;
        }
        // the program's own credentials are for its own server
        if replica.api_key.is_some() || config.endpoint != base.endpoint {
            let key = replica.api_key.clone().map(|key| (replica::VARIABLE.to_owned(), key));
            config.api_key = key.as_ref().map(checked_key).transpose()?;
            config.workspace_id = None;
        }
        if let Some(id) = &replica.workspace_id {
            check_workspace(id, replica::VARIABLE)?;
            config.workspace_id = Some(id.clone());
        }
        require_key(&config, replica::VARIABLE)?;
        if let Some(project) = &replica.changes.project {
            check_project(project, replica::VARIABLE)?;
        }
        let folder = folder_of(&config, replica.changes.project.as_deref());
        config.failed_traces = config.failed_traces.map(|kept| kept.of_destination(&folder));
        config.wait_in(folder);
        let changes = Changes { keeps_ids: replica.primary, ..replica.changes.clone() };
        config.project = base.project.with(changes);
        Ok(config)
    }
}

impl Config {
    /// Lets a single destination wait on disk apart from all others that may be given the same folder.
    ///
    /// Failed traces of a single one are in the folder itself, as those of LangSmith's SDKs are: nobody sends them
    /// without being told to.
    pub(crate) fn wait_alone(&mut self) {
        self.wait_in(folder_of(self, None));
    }

    fn wait_in(&mut self, folder: String) {
        self.spool = self.spool.take().map(|spool| spool.of_destination(&folder));
        self.own_folder = folder;
    }
}

/// A name that tells one destination from another on disk, whatever their order. What waits there does not say where it
/// is to go, so it must tell all that decides who gets to see it: the server, and the workspace there. One that is not
/// named is the key's own; of one that is, keys may change. `project`: if all runs go to this one, whatever they name.
fn folder_of(config: &Config, project: Option<&str>) -> String {
    let owner = match (&config.workspace_id, &config.api_key) {
        (Some(id), _) => format!("workspace {id}"),
        (None, Some(key)) => format!("key {:016x}", key.hash()),
        (None, None) => String::new(),
    };
    let all = format!("{}\n{owner}\n{}", config.endpoint.as_str(), project.unwrap_or_default());
    format!("to-{:016x}", xxh3_64(all.as_bytes()))
}

fn checked_key((variable, SecretText(key)): &Named<SecretText>) -> Result<ApiKey, ConfigError> {
    let expected = "printable ASCII characters only (the value is not shown)";
    ApiKey::new(key).map_err(|_| ConfigError::malformed(variable, None, expected))
}

/// `variable`: where the key is to be put.
fn require_key(config: &Config, variable: &str) -> Result<(), ConfigError> {
    if !config.tracing || config.api_key.is_some() || config.endpoint.is_loopback() {
        return Ok(());
    }
    Err(ConfigError::missing(variable, format!("the API key for {}", config.endpoint.as_str())))
}

fn check_workspace(id: &str, variable: &str) -> Result<(), ConfigError> {
    if !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(ConfigError::malformed(variable, Some(id), "the id of a workspace"))
}

pub(crate) fn check_project(name: &str, variable: &str) -> Result<(), ConfigError> {
    if !name.trim().is_empty() && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(ConfigError::malformed(variable, Some(name), "a project name without control characters"))
}
