//! What of a run may be sent: the setting.

use std::fmt;

use serde_json::Value;

#[cfg(feature = "anonymizer")]
use super::anonymizer::Anonymizer;
use super::part::Part;

/// What of a run may be sent: which parts are hidden, and what is done to the others.
///
/// It is applied as an operation is handed over, on the thread that does so, before anything waits: the queue, retries and
/// warnings hold what it has left and nothing else. First a part is hidden or given to its function, then the
/// [anonymizer](Self::anonymizer) sees what is left. If a function panics, or gives back what cannot be sent, the part
/// becomes `{"inputs": "[not recorded: ..]"}` and is counted ([`Stats::redactions_failed`](crate::Stats)); it is never
/// sent as it was.
///
/// Ids, times and the dotted order are always sent. What goes to other processes in headers is no part of this: see
/// [`RunTree::to_headers`](traceable_core::RunTree::to_headers).
///
/// ```
/// use traceable_exporter::{Config, Redaction};
///
/// let redaction = Redaction::new().hide_outputs(true).inputs(|mut inputs| {
///     if let Some(question) = inputs.get_mut("question") {
///         *question = "[not for others]".into();
///     }
///     inputs
/// });
/// let config = Config::builder().endpoint("http://127.0.0.1:1984").redaction(redaction).build()?;
/// # Ok::<(), traceable_exporter::ConfigError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[must_use = "a redaction does nothing until it is part of a configuration, or around a sink"]
pub struct Redaction {
    pub(super) inputs: Option<Part>,
    pub(super) outputs: Option<Part>,
    pub(super) metadata: Option<Part>,
    hides_attachments: Option<bool>,
    #[cfg(feature = "anonymizer")]
    pub(super) anonymizer: Option<Anonymizer>,
}

impl Redaction {
    /// One that leaves all as it is.
    pub fn new() -> Redaction {
        Redaction::default()
    }

    /// Whether inputs are left out: `{}` is sent instead. As `LANGSMITH_HIDE_INPUTS`.
    pub fn hide_inputs(mut self, hide: bool) -> Redaction {
        self.inputs = Some(Part::hidden_if(hide));
        self
    }

    /// Whether outputs are left out: `{}` is sent instead. As `LANGSMITH_HIDE_OUTPUTS`.
    ///
    /// An error is no output, and is sent. Token counts are copied from outputs into the metadata, so these are left out
    /// there too; those that the program has set by [`set_usage`](traceable_core::RunTree::set_usage) stay if they are told
    /// together with outputs that have none. Of `new_token` events the `kwargs`, which hold the token, are left out.
    pub fn hide_outputs(mut self, hide: bool) -> Redaction {
        self.outputs = Some(Part::hidden_if(hide));
        self
    }

    /// Whether metadata are left out, those that come from the environment included. As `LANGSMITH_HIDE_METADATA`.
    ///
    /// What is left is `ls_method`, which says how the run was made, and the full name of a run whose name is longer than
    /// the server takes. Without metadata LangSmith groups no threads (`thread_id`), counts no tokens
    /// (`usage_metadata`), and does not say why a root is one (`broken_trace_reason`).
    pub fn hide_metadata(mut self, hide: bool) -> Redaction {
        self.metadata = Some(Part::hidden_if(hide));
        self
    }

    /// Whether attachments are left out. Default: if inputs or outputs are, because an attachment is one of these; which
    /// of them is not known.
    pub fn hide_attachments(mut self, hide: bool) -> Redaction {
        self.hides_attachments = Some(hide);
        self
    }

    /// Gives inputs to a function and sends what it gives back. It is given an object. What is none then becomes
    /// `{"input": ..}`, and null `{}`.
    pub fn inputs(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.inputs = Some(Part::by(f));
        self
    }

    /// Gives outputs to a function and sends what it gives back, as [`inputs`](Self::inputs) does. Of the copy of token
    /// counts in the metadata is left what is left of them in the outputs.
    pub fn outputs(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.outputs = Some(Part::by(f));
        self
    }

    /// Gives metadata to a function and sends what it gives back. It is given all of them, those inherited included;
    /// `ls_method` cannot be taken away.
    pub fn metadata(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.metadata = Some(Part::by(f));
        self
    }

    /// Lets all texts that are sent be seen by an anonymizer.
    #[cfg(feature = "anonymizer")]
    pub fn anonymizer(mut self, anonymizer: Anonymizer) -> Redaction {
        self.anonymizer = Some(anonymizer);
        self
    }

    /// This one, and where it says nothing, what `other` says.
    pub(crate) fn or(self, other: Redaction) -> Redaction {
        Redaction {
            inputs: self.inputs.or(other.inputs),
            outputs: self.outputs.or(other.outputs),
            metadata: self.metadata.or(other.metadata),
            hides_attachments: self.hides_attachments.or(other.hides_attachments),
            #[cfg(feature = "anonymizer")]
            anonymizer: self.anonymizer.or(other.anonymizer),
        }
    }

    /// Whether it leaves all as it is.
    pub(crate) fn is_nothing(&self) -> bool {
        let is_shown = |part: &Option<Part>| matches!(part, None | Some(Part::Shown));
        #[cfg(feature = "anonymizer")]
        if self.anonymizer.is_some() {
            return false;
        }
        [&self.inputs, &self.outputs, &self.metadata].into_iter().all(is_shown)
            && self.hides_attachments != Some(true)
    }

    /// Whether metadata that this crate would add are left out as well.
    pub(crate) fn hides_metadata(&self) -> bool {
        matches!(self.metadata, Some(Part::Hidden))
    }

    pub(super) fn hides_attachments(&self) -> bool {
        let is_hidden = |part: &Option<Part>| matches!(part, Some(Part::Hidden));
        self.hides_attachments.unwrap_or_else(|| is_hidden(&self.inputs) || is_hidden(&self.outputs))
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut redaction = f.debug_struct("Redaction");
        redaction.field("inputs", &self.inputs).field("outputs", &self.outputs);
        redaction.field("metadata", &self.metadata).field("hides_attachments", &self.hides_attachments());
        #[cfg(feature = "anonymizer")]
        redaction.field("anonymizer", &self.anonymizer);
        redaction.finish()
    }
}
