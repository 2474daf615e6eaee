//! LangChain's `RunnableConfig`, for programs that hand one from function to function.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ambient::ambient;
use super::extra::Extra;
use crate::run::run_tree::RunTree;

/// The configuration that LangChain and LangGraph pass from one runnable to the next, in the same JSON as in Python, plus
/// the parent run.
///
/// ```
/// use traceable_core::{Extra, RunnableConfig};
/// # fn answer(question: &str) -> String { question.to_owned() }
/// let config: RunnableConfig = serde_json::from_str(r#"{"tags": ["nightly"], "run_name": "ask"}"#)?;
/// let text = Extra::new().config(&config).call(|| answer("why?"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunnableConfig {
    /// Tags for the run and those below.
    pub tags: Vec<String>,
    /// Metadata for the run and those below.
    pub metadata: Map<String, Value>,
    /// The name of the run.
    pub run_name: Option<String>,
    /// The id of the run.
    pub run_id: Option<Uuid>,
    /// How many runnables may run at once; this crate does not enforce it.
    pub max_concurrency: Option<u64>,
    /// How deep runnables may call each other; this crate does not enforce it.
    pub recursion_limit: Option<u64>,
    /// Settings of the runnables themselves, such as `thread_id`.
    pub configurable: Map<String, Value>,
    /// The parent run. It is not serialised: it is valid in this process only.
    pub parent: Option<RunTree>,
}

impl RunnableConfig {
    /// An empty one whose parent is the current run.
    #[must_use = "a config does nothing until a call is given it by `Extra::config`"]
    pub fn current() -> RunnableConfig {
        RunnableConfig { parent: RunTree::current(), ..RunnableConfig::default() }
    }
}

impl Extra {
    /// Takes name, id, tags, metadata and parent from a config.
    ///
    /// A config that was passed on from an ancestor does not move a call up to it: if the current run is below the
    /// config's parent, the call attaches to the current run, as in LangChain.
    pub fn config(self, config: &RunnableConfig) -> Extra {
        let mut extra = self.tags(config.tags.iter().cloned());
        for (key, value) in &config.metadata {
            extra = extra.metadata(key.clone(), value);
        }
        if let Some(name) = &config.run_name {
            extra = extra.name(name.clone());
        }
        if let Some(id) = config.run_id {
            extra = extra.run_id(id);
        }
        if let Some(parent) = config.parent.as_ref().filter(|parent| !is_inside(parent)) {
            extra = extra.parent(parent);
        }
        extra
    }
}

/// Whether the current run is this one, or below it.
fn is_inside(run: &RunTree) -> bool {
    match (ambient().context(), run.context()) {
        (Some(around), Some(run)) => around.is_or_descends_from(&run),
        _ => false,
    }
}

// Written by hand: the derive macros would be a third of all the crates that this one needs.

impl Serialize for RunnableConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut json = Map::new();
        let mut put = |key: &str, value: Value| json.insert(key.to_owned(), value);
        put("tags", self.tags.clone().into());
        put("metadata", self.metadata.clone().into());
        put("configurable", self.configurable.clone().into());
        if let Some(name) = &self.run_name {
            put("run_name", name.clone().into());
        }
        if let Some(id) = self.run_id {
            put("run_id", id.to_string().into());
        }
        if let Some(max) = self.max_concurrency {
            put("max_concurrency", max.into());
        }
        if let Some(limit) = self.recursion_limit {
            put("recursion_limit", limit.into());
        }
        json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RunnableConfig {
    /// Unknown keys, `callbacks` among them, are passed over.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RunnableConfig, D::Error> {
        let mut json = Map::deserialize(deserializer)?;
        fn take<T: serde::de::DeserializeOwned, E: serde::de::Error>(
            json: &mut Map<String, Value>,
            key: &str,
        ) -> Result<Option<T>, E> {
            match json.remove(key) {
                None | Some(Value::Null) => Ok(None),
                Some(value) => {
                    serde_json::from_value(value).map(Some).map_err(|e| E::custom(format_args!("{key}: {e}")))
                }
            }
        }
        let run_id: Option<String> = take(&mut json, "run_id")?;
        Ok(RunnableConfig {
            tags: take(&mut json, "tags")?.unwrap_or_default(),
            metadata: take(&mut json, "metadata")?.unwrap_or_default(),
            run_name: take(&mut json, "run_name")?,
            run_id: run_id.map(|id| id.parse()).transpose().map_err(serde::de::Error::custom)?,
            max_concurrency: take(&mut json, "max_concurrency")?,
            recursion_limit: take(&mut json, "recursion_limit")?,
            configurable: take(&mut json, "configurable")?.unwrap_or_default(),
            parent: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_and_writes_what_python_does() {
        let json = r#"{"configurable":{"thread_id":"t"},"metadata":{"k":1},"recursion_limit":25,"run_name":"n","tags":["a"]}"#;
        let config: RunnableConfig = serde_json::from_str(json).unwrap();
        assert_eq!((config.run_name.as_deref(), config.recursion_limit), (Some("n"), Some(25)));
        assert_eq!(serde_json::to_string(&config).unwrap(), json);
        let lenient: RunnableConfig = serde_json::from_str(r#"{"callbacks":null,"run_id":null}"#).unwrap();
        assert_eq!(lenient, RunnableConfig::default());
        let wrong = serde_json::from_str::<RunnableConfig>(r#"{"tags":"a"}"#).unwrap_err().to_string();
        assert!(wrong.starts_with("tags: "), "{wrong}");
    }
}
