//! What lists, filters and statistics ask for, once it is taken out of the long texts of a run (`extract/`).

use std::sync::Arc;

/// Facts of what one message brings; `None` where it brings no such text, or where nobody looked yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ChangeFacts {
    pub(crate) inputs: Option<ObjectFacts>,
    pub(crate) outputs: Option<OutputFacts>,
    pub(crate) extra: Option<ExtraFacts>,
    /// Words of the error.
    pub(crate) error: Option<Words>,
    pub(crate) events: Option<EventFacts>,
}

/// Words for the full text.
pub(crate) type Words = Arc<str>;

/// Key and value of a member that holds a text, a number or a truth value.
pub(crate) type Attribute = (String, String);

/// Facts of an object of inputs or outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ObjectFacts {
    pub(crate) preview: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) words: Words,
}

/// Facts of outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OutputFacts {
    pub(crate) object: ObjectFacts,
    /// Of the key `usage_metadata`, which counts for every run.
    pub(crate) usage: Option<UsageFacts>,
    /// Of the messages or the raw response inside, which counts for models alone: a chain repeats those of its model.
    pub(crate) model_usage: Option<UsageFacts>,
    pub(crate) model: Option<String>,
}

/// Facts of `extra`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExtraFacts {
    /// Of the metadata.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) words: Words,
    pub(crate) thread_id: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) usage: Option<UsageFacts>,
}

/// Facts of events.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct EventFacts {
    /// When the first token came, in microseconds since 1970.
    pub(crate) first_token_us: Option<i64>,
}

/// Tokens as a client counted them, and costs in US dollars where it named them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct UsageFacts {
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
    pub(crate) total_tokens: u64,
    /// Tokens of the prompt that the provider had in its cache, or put there; they have prices of their own.
    pub(crate) cache_read_tokens: u64,
    pub(crate) cache_creation_tokens: u64,
    pub(crate) prompt_cost: Option<f64>,
    pub(crate) completion_cost: Option<f64>,
    pub(crate) total_cost: Option<f64>,
}

impl ChangeFacts {
    /// Bytes it holds in memory beside its own size.
    pub(crate) fn memory(&self) -> usize {
        let object = |facts: &ObjectFacts| {
            facts.preview.len() + facts.words.len() + facts.attributes.iter().map(attribute).sum::<usize>()
        };
        let extra =
            |facts: &ExtraFacts| facts.words.len() + facts.attributes.iter().map(attribute).sum::<usize>();
        self.inputs.as_ref().map_or(0, object)
            + self.outputs.as_ref().map_or(0, |facts| object(&facts.object))
            + self.extra.as_ref().map_or(0, extra)
            + self.error.as_ref().map_or(0, |words| words.len())
    }
}

fn attribute((key, value): &Attribute) -> usize {
    size_of::<Attribute>() + key.len() + value.len()
}
