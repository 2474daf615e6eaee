//! One of several destinations that all runs go to.

use serde_json::{Map, Value};

use super::api_key::SecretText;
use super::error::{ConfigError, ConfigErrorKind};
use super::variables::Found;
use crate::wire::Changes;

/// The variable that names replicas, and stands for them in errors.
pub(crate) const VARIABLE: &str = "LANGSMITH_RUNS_ENDPOINTS";

/// One of several destinations that all runs go to: another server, another workspace, another project.
///
/// What it does not name is as the program's own settings have it. Its credentials are its own: the program's API key
/// goes to a replica that names none only if it is at the same address, and the program's workspace only along with
/// that key.
///
/// In a project other than the run's own, a run has other ids, or one of the two would replace the other where both
/// projects are in one workspace. The ids follow from the run's and the project's name, and are those that LangSmith's
/// SDKs make. A replica that is [`primary`](Self::primary) keeps the program's ids.
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
    /// At the address of the program's own settings: another project or workspace there.
    pub fn new() -> Replica {
        Replica::default()
    }

    /// At this address.
    pub fn to(endpoint: impl Into<String>) -> Replica {
        Replica { endpoint: Some(endpoint.into()), ..Replica::default() }
    }

    /// The API key for this destination, which goes nowhere else.
    pub fn api_key(mut self, key: impl Into<String>) -> Replica {
        self.api_key = Some(SecretText(key.into()));
        self
    }

    /// The workspace there, for keys that belong to several.
    pub fn workspace_id(mut self, id: impl Into<String>) -> Replica {
        self.workspace_id = Some(id.into());
        self
    }

    /// Puts all runs into this project, whatever project they name. Default: each in its own.
    pub fn project(mut self, name: impl Into<String>) -> Replica {
        self.changes.project = Some(name.into());
        self
    }

    /// Runs keep their ids here, in another project too. One replica at most can be the primary one.
    pub fn primary(mut self) -> Replica {
        self.primary = true;
        self
    }

    /// Adds an entry to the metadata of each run there. It wins over one of the same name that the run has.
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<Value>) -> Replica {
        self.changes.metadata.insert(key.into(), value.into());
        self
    }

    /// Adds a tag. The tags of a replica, if it has some, stand in the place of the run's own, as in LangSmith's SDKs.
    pub fn tag(mut self, tag: impl Into<String>) -> Replica {
        self.changes.tags.get_or_insert_default().push(tag.into());
        self
    }

    /// Makes what hangs under a run of another process a trace of its own there: for a destination that does not hear
    /// of the other process's runs.
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

/// Reads the variable. What was found is never repeated: it contains keys.
pub(crate) fn read(found: &Found) -> Result<Vec<Replica>, ConfigError> {
    let malformed = || ConfigError::malformed(&found.name, None, EXPECTED);
    let replicas = match serde_json::from_str(&found.value).map_err(|_| malformed())? {
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
                Value::String(key) => Ok(Replica::to(url).api_key(key)),
                _ => Err(malformed()),
            })
            .collect::<Result<Vec<_>, _>>()?,
        _ => return Err(malformed()),
    };
    if replicas.is_empty() { Err(malformed()) } else { Ok(replicas) }
}

fn read_item(variable: &str, index: usize, item: Map<String, Value>) -> Result<Replica, ConfigError> {
    let wrong = |key: &str, expected: &str| {
        let key: String = key.chars().filter(|c| !c.is_control()).take(40).collect();
        let expected = format!("`{key}` of entry {index} to be {expected}");
        Err(ConfigError::malformed(variable, None, expected))
    };
    if !item.contains_key("api_url") {
        return wrong("api_url", "there: the address of the server");
    }
    let mut replica = Replica::new();
    for (key, value) in item {
        match (key.as_str(), value) {
            (_, Value::Null) => {}
            ("api_url", Value::String(url)) => replica.endpoint = Some(url),
            ("api_key", Value::String(key)) => replica = replica.api_key(key),
            ("project_name", Value::String(name)) => replica = replica.project(name),
            ("workspace_id" | "tenant_id", Value::String(id)) => replica = replica.workspace_id(id),
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
            // sent without these, runs would go out with credentials other than those that were meant
            _ => {
                return wrong(
                    &key,
                    "a key that is known here: api_url, api_key, project_name, workspace_id, primary, updates",
                );
            }
        }
    }
    Ok(replica)
}

/// At most one of them keeps the ids by being the primary one.
pub(crate) fn check(replicas: &[Replica]) -> Result<(), ConfigError> {
    match replicas.iter().filter(|replica| replica.primary).count() {
        0 | 1 => Ok(()),
        _ => {
            let expected = "at most one primary replica";
            Err(ConfigError::new(ConfigErrorKind::Conflict, VARIABLE, None, expected))
        }
    }
}
