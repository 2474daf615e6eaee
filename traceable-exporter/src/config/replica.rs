//! One of several destinations that each get all runs.

use serde_json::{Map, Value};

use super::api_key::SecretText;
use super::error::{ConfigError, ConfigErrorKind};
use super::tidy::{tidied, tidy};
use super::variable_names::RUNS_ENDPOINTS;
use super::variables::Found;
use crate::wire::Changes;

/// One of several destinations that each get all runs: another server, another workspace, another project.
///
/// It takes every setting that it does not name from the program's own settings, but for credentials: a replica without
/// an API key gets the program's key only if it has the same address, and the program's workspace only together with
/// that key.
///
/// In a project other than the run's own, a run gets other ids: otherwise one of the two would replace the other if
/// both projects are in one workspace. The ids derive from the run's id and the project's name, as in LangSmith's SDKs.
/// A [`primary`](Self::primary) replica keeps the program's ids.
///
/// ```
/// use traceable_exporter::{Config, Replica};
/// let config = Config::builder()
///     .endpoint("http://127.0.0.1:1984")
///     .project("agent")
///     .replica(Replica::new().primary())
///     .replica(Replica::to("https://eu.example.org").api_key("lsv2_other").project("agent-copy").tag("copy"))
///     .build()?;
/// assert_eq!(config.replicas().len(), 2);
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a replica does nothing until `ConfigBuilder::replica` takes it"]
pub struct Replica {
    pub(crate) endpoint: Option<String>,
    pub(crate) api_key: Option<SecretText>,
    pub(crate) workspace_id: Option<String>,
    pub(crate) primary: bool,
    pub(crate) changes: Changes,
}

impl Replica {
    /// Creates a replica at the program's own address: another project or workspace there.
    pub fn new() -> Replica {
        Replica::default()
    }

    /// Creates a replica at this address.
    pub fn to(endpoint: impl Into<String>) -> Replica {
        Replica { endpoint: Some(endpoint.into()), ..Replica::default() }
    }

    /// The API key for this destination. No other destination gets it.
    pub fn api_key(mut self, key: impl Into<String>) -> Replica {
        self.api_key = Some(SecretText(key.into()));
        self
    }

    /// The workspace there, for keys that belong to several.
    pub fn workspace_id(mut self, id: impl Into<String>) -> Replica {
        self.workspace_id = Some(id.into());
        self
    }

    /// Sends all runs to this project, whatever project they name. Default: each to its own.
    pub fn project(mut self, name: impl Into<String>) -> Replica {
        self.changes.project = Some(name.into());
        self
    }

    /// Lets runs keep their ids here, even in another project. At most one replica can be primary.
    pub fn primary(mut self) -> Replica {
        self.primary = true;
        self
    }

    /// Adds an entry to the metadata of each run there. It wins over the run's own entry of the same name.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Replica {
        self.changes.metadata.insert(key.into(), value.into());
        self
    }

    /// Adds a tag. A replica's tags replace the run's own, as in LangSmith's SDKs.
    pub fn tag(mut self, tag: impl Into<String>) -> Replica {
        self.changes.tags.get_or_insert_default().push(tag.into());
        self
    }

    /// Makes the part of a trace below a run of another process a trace of its own there: for a destination that does
    /// not get the other process's runs.
    ///
    /// ```
    /// let replica = traceable_exporter::Replica::to("http://127.0.0.1:1984").reroot();
    /// # let _ = replica;
    /// ```
    pub fn reroot(mut self) -> Replica {
        self.changes.reroot = true;
        self
    }
}

const EXPECTED: &str = "a JSON list such as [{\"api_url\": \"https://..\", \"api_key\": \"..\", \"project_name\": \"..\"}], or \
                        an object {\"https://..\": \"api key\"} (the value is not shown)";

/// Reads the variable. Errors never repeat the value: it contains keys.
pub(crate) fn read(found: &Found) -> Result<Vec<Replica>, ConfigError> {
    let malformed = || ConfigError::malformed(&found.name, None, EXPECTED);
    let replicas = match parse(&found.value).ok_or_else(malformed)? {
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(i, item)| match item {
                Value::Object(item) => read_item(&found.name, i, item),
                _ => Err(malformed()),
            })
            .collect::<Result<_, _>>()?,
        Value::Object(pairs) => pairs
            .into_iter()
            .map(|(url, key)| match key {
                Value::String(key) => Ok(Replica { api_key: secret(&key), ..Replica::to(tidied(&url)) }),
                Value::Null => Ok(Replica::to(tidied(&url))),
                _ => Err(malformed()),
            })
            .collect::<Result<Vec<_>, _>>()?,
        _ => return Err(malformed()),
    };
    if replicas.is_empty() { Err(malformed()) } else { Ok(replicas) }
}

/// Reads the JSON, which may be in quotes of its own.
fn parse(text: &str) -> Option<Value> {
    let quoted = || text.strip_prefix(['"', '\''])?.strip_suffix(['"', '\'']);
    let value = serde_json::from_str(text).ok().or_else(|| serde_json::from_str(quoted()?).ok());
    match value? {
        // JSON as a text of JSON
        Value::String(inner) => serde_json::from_str(&inner).ok(),
        value => Some(value),
    }
}

fn secret(key: &str) -> Option<SecretText> {
    tidy(key).map(|key| SecretText(key.to_owned()))
}

fn read_item(variable: &str, index: usize, item: Map<String, Value>) -> Result<Replica, ConfigError> {
    let wrong = |key: &str, expected: &str| {
        let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
        let expected = format!("`{key}` of entry {index} to be {expected}");
        Err(ConfigError::malformed(variable, None, expected))
    };
    let text = |text: String| tidy(&text).map(str::to_owned);
    let mut replica = Replica::new();
    for (key, value) in item {
        let key = tidied(&key);
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("api_url", Value::String(url)) => replica.endpoint = text(url),
            ("api_key", Value::String(key)) => replica.api_key = secret(&key),
            ("project_name", Value::String(name)) => replica.changes.project = text(name),
            ("workspace_id" | "tenant_id", Value::String(id)) => replica.workspace_id = text(id),
            ("primary", Value::Bool(primary)) => replica.primary = primary,
            ("updates", Value::Object(updates)) => {
                for (key, value) in updates {
                    match (key.as_str(), value) {
                        ("metadata", Value::Object(metadata)) => replica.changes.metadata = metadata,
                        ("tags", Value::Array(tags)) if tags.iter().all(Value::is_string) => {
                            let tags = tags.iter().filter_map(Value::as_str).map(str::to_owned);
                            replica.changes.tags = Some(tags.collect());
                        }
                        ("reroot", Value::Bool(reroot)) => replica.changes.reroot = reroot,
                        _ => return wrong(&key, "`metadata`, `tags` or `reroot`, of the right type"),
                    }
                }
            }
            ("api_url" | "api_key" | "project_name" | "workspace_id" | "tenant_id", _) => {
                return wrong(&key, "a text");
            }
            ("primary", _) => return wrong(&key, "true or false"),
            ("updates", _) => return wrong(&key, "an object"),
            // ignoring an unknown key might send runs with the wrong credentials
            _ => {
                return wrong(
                    &key,
                    "one of the known keys: api_url, api_key, project_name, workspace_id, primary, updates",
                );
            }
        }
    }
    match replica.endpoint {
        Some(_) => Ok(replica),
        None => wrong("api_url", "there: the address of the server"),
    }
}

/// Checks that at most one replica is primary.
pub(crate) fn check(replicas: &[Replica]) -> Result<(), ConfigError> {
    match replicas.iter().filter(|replica| replica.primary).count() {
        0 | 1 => Ok(()),
        _ => {
            let expected = "at most one primary replica";
            Err(ConfigError::new(ConfigErrorKind::Conflict, RUNS_ENDPOINTS, None, expected))
        }
    }
}
