//! Kinds of runs.

use std::borrow::Cow;
use std::fmt;

/// What kind of work a run is. LangSmith knows seven kinds and draws them differently.
///
/// ```
/// use traceable_core::RunType;
/// assert_eq!(RunType::Llm.as_str(), "llm");
/// assert_eq!(RunType::from("planner".to_string()).as_str(), "planner");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunType {
    /// Anything that calls other things; the default.
    #[default]
    Chain,
    /// A call to a language model.
    Llm,
    /// A tool that a model asked for.
    Tool,
    /// A search for documents.
    Retriever,
    /// A computation of embeddings.
    Embedding,
    /// The making of a prompt.
    Prompt,
    /// The reading of a model's output.
    Parser,
    /// A kind that LangSmith does not know.
    Custom(Cow<'static, str>),
}

impl RunType {
    /// The name, as it goes over the wire.
    pub fn as_str(&self) -> &str {
        match self {
            RunType::Custom(name) => name,
            known => known.known_name(),
        }
    }

    /// The name of a kind that LangSmith knows; any other is a chain to it.
    pub(crate) const fn known_name(&self) -> &'static str {
        match self {
            RunType::Chain | RunType::Custom(_) => "chain",
            RunType::Llm => "llm",
            RunType::Tool => "tool",
            RunType::Retriever => "retriever",
            RunType::Embedding => "embedding",
            RunType::Prompt => "prompt",
            RunType::Parser => "parser",
        }
    }
}

impl From<Cow<'static, str>> for RunType {
    fn from(name: Cow<'static, str>) -> RunType {
        match name.as_ref() {
            "chain" => RunType::Chain,
            "llm" => RunType::Llm,
            "tool" => RunType::Tool,
            "retriever" => RunType::Retriever,
            "embedding" => RunType::Embedding,
            "prompt" => RunType::Prompt,
            "parser" => RunType::Parser,
            _ => RunType::Custom(name),
        }
    }
}

impl From<&'static str> for RunType {
    fn from(name: &'static str) -> RunType {
        Cow::Borrowed(name).into()
    }
}

impl From<String> for RunType {
    fn from(name: String) -> RunType {
        Cow::<'static, str>::Owned(name).into()
    }
}

impl fmt::Display for RunType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
