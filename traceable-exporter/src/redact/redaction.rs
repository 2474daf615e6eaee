//! The setting that says which parts of a run are sent.

use std::fmt;

use serde_json::Value;

#[cfg(feature = "anonymizer")]
use super::anonymizer::Anonymizer;
use super::part::PartRule;

/// Says which parts of a run are sent: hides parts, or changes them.
///
/// The thread that submits an operation applies it before the operation enters the queue: the queue, the disk, retries
/// and warnings only ever hold redacted runs. Each part is first hidden or passed to its function; then the
/// [anonymizer](Self::anonymizer) sees what is left. If a function panics, or returns what cannot be sent, the part
/// becomes `{"inputs": "[not recorded: ..]"}` and counts as [failed](crate::Stats::redactions_failed); the original is
/// never sent.
///
/// Ids, times and the dotted order are always sent. Headers to other processes are not redacted: see
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
    pub(super) inputs: Option<PartRule>,
    pub(super) outputs: Option<PartRule>,
    pub(super) metadata: Option<PartRule>,
    hides_attachments: Option<bool>,
    hides_errors: Option<bool>,
    hides_events: Option<bool>,
    #[cfg(feature = "anonymizer")]
    pub(super) anonymizer: Option<Anonymizer>,
}

impl Redaction {
    /// Creates a redaction that changes nothing.
    pub fn new() -> Redaction {
        Redaction::default()
    }

    /// Whether to hide inputs: `{}` is sent instead. As `LANGSMITH_HIDE_INPUTS`.
    ///
    /// Inputs come back in other places. Where outputs are hidden too, so are [errors](Self::hide_errors), what
    /// [events](Self::hide_events) say, and `serialized`, which may hold a prompt. Names and tags are sent: they are labels.
    pub fn hide_inputs(mut self, hide: bool) -> Redaction {
        self.inputs = Some(PartRule::hidden_if(hide));
        self
    }

    /// Whether to hide outputs: `{}` is sent instead. As `LANGSMITH_HIDE_OUTPUTS`.
    ///
    /// An error is no output, and is sent unless inputs are hidden too: see [`hide_errors`](Self::hide_errors). Token counts are copied from outputs into the metadata, so they are removed
    /// there too; counts that the program sets by [`set_usage`](traceable_core::RunTree::set_usage) stay if they are
    /// submitted together with outputs that have none. `new_token` events lose their `kwargs`, which hold the token.
    pub fn hide_outputs(mut self, hide: bool) -> Redaction {
        self.outputs = Some(PartRule::hidden_if(hide));
        self
    }

    /// Whether to hide metadata: all of it, those from the environment, of a [replica](crate::Replica::metadata), and what this
    /// crate adds included. As `LANGSMITH_HIDE_METADATA`.
    ///
    /// `ls_method` stays, which says how the run was made, and `trimmed`, which says what was left out. The rest of a name that
    /// is longer than the server takes is not sent. Tags are no metadata. Without metadata LangSmith groups no threads (`thread_id`), counts no tokens
    /// (`usage_metadata`), and does not say why a root is one (`broken_trace_reason`).
    pub fn hide_metadata(mut self, hide: bool) -> Redaction {
        self.metadata = Some(PartRule::hidden_if(hide));
        self
    }

    /// Whether to hide attachments. Default: if inputs or outputs are hidden, because an attachment belongs to one of
    /// them, and it is not known to which.
    pub fn hide_attachments(mut self, hide: bool) -> Redaction {
        self.hides_attachments = Some(hide);
        self
    }

    /// Whether to hide errors: `[hidden]` is sent instead, after the type of the error if the text begins with one
    /// (`ValueError: [hidden]`); `Cancelled` stays. Of a panic `panicked: [hidden]` is left. As `LANGSMITH_HIDE_ERRORS`.
    /// Default: if inputs and outputs are hidden, as errors like to repeat what they are about.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use traceable_core::RunTree;
    /// use traceable_core::testing::Recorder;
    /// use traceable_exporter::{RedactingSink, Redaction};
    ///
    /// let recorder = Recorder::new();
    /// let redaction = Redaction::new().hide_inputs(true).hide_outputs(true);
    /// let sink = Arc::new(RedactingSink::new(redaction, recorder.sink()));
    /// RunTree::builder("login").sink(sink).build().end_with_error("no user `ada`").post();
    /// assert_eq!(recorder.run("login").error.as_deref(), Some("[hidden]"));
    /// ```
    pub fn hide_errors(mut self, hide: bool) -> Redaction {
        self.hides_errors = Some(hide);
        self
    }

    /// Whether to hide what events say: only their names and times are sent. Default: if inputs and outputs are hidden.
    ///
    /// ```
    /// let redaction = traceable_exporter::Redaction::new().hide_inputs(true).hide_events(true);
    /// # let _ = redaction;
    /// ```
    pub fn hide_events(mut self, hide: bool) -> Redaction {
        self.hides_events = Some(hide);
        self
    }

    /// Passes inputs through a function, which gets an object. A result that is no object becomes `{"input": ..}`, and
    /// null becomes `{}`.
    pub fn inputs(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.inputs = Some(PartRule::by(f));
        self
    }

    /// Passes outputs through a function, as [`inputs`](Self::inputs) does. The copy of token counts in the metadata
    /// keeps only what the outputs keep.
    pub fn outputs(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.outputs = Some(PartRule::by(f));
        self
    }

    /// Passes metadata through a function, inherited ones included. `ls_method` cannot be removed.
    pub fn metadata(mut self, f: impl Fn(Value) -> Value + Send + Sync + 'static) -> Redaction {
        self.metadata = Some(PartRule::by(f));
        self
    }

    /// Passes all texts that are sent through an anonymizer.
    #[cfg(feature = "anonymizer")]
    pub fn anonymizer(mut self, anonymizer: Anonymizer) -> Redaction {
        self.anonymizer = Some(anonymizer);
        self
    }

    /// This redaction; `other` decides about the parts that this one does not set.
    pub(crate) fn or(self, other: Redaction) -> Redaction {
        Redaction {
            inputs: self.inputs.or(other.inputs),
            outputs: self.outputs.or(other.outputs),
            metadata: self.metadata.or(other.metadata),
            hides_attachments: self.hides_attachments.or(other.hides_attachments),
            hides_errors: self.hides_errors.or(other.hides_errors),
            hides_events: self.hides_events.or(other.hides_events),
            #[cfg(feature = "anonymizer")]
            anonymizer: self.anonymizer.or(other.anonymizer),
        }
    }

    /// Whether it changes nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        let is_shown = |part: &Option<PartRule>| matches!(part, None | Some(PartRule::Shown));
        #[cfg(feature = "anonymizer")]
        if self.anonymizer.is_some() {
            return false;
        }
        [&self.inputs, &self.outputs, &self.metadata].into_iter().all(is_shown)
            && ![self.hides_attachments, self.hides_errors, self.hides_events].contains(&Some(true))
    }

    /// Whether to leave out the metadata that this crate would add, too.
    pub(crate) fn hides_metadata(&self) -> bool {
        matches!(self.metadata, Some(PartRule::Hidden))
    }

    /// Whether inputs are hidden, and whether outputs are.
    fn hidden(&self) -> (bool, bool) {
        let is_hidden = |part: &Option<PartRule>| matches!(part, Some(PartRule::Hidden));
        (is_hidden(&self.inputs), is_hidden(&self.outputs))
    }

    /// Whether to leave out the configuration of the model or prompt.
    pub(super) fn hides_serialized(&self) -> bool {
        self.hidden() == (true, true)
    }

    pub(super) fn hides_errors(&self) -> bool {
        self.hides_errors.unwrap_or(self.hidden() == (true, true))
    }

    pub(super) fn hides_events(&self) -> bool {
        self.hides_events.unwrap_or(self.hidden() == (true, true))
    }

    pub(super) fn hides_attachments(&self) -> bool {
        self.hides_attachments.unwrap_or(self.hidden() != (false, false))
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut redaction = f.debug_struct("Redaction");
        redaction.field("inputs", &self.inputs).field("outputs", &self.outputs);
        redaction.field("metadata", &self.metadata).field("hides_attachments", &self.hides_attachments());
        redaction.field("hides_errors", &self.hides_errors()).field("hides_events", &self.hides_events());
        #[cfg(feature = "anonymizer")]
        redaction.field("anonymizer", &self.anonymizer);
        redaction.finish()
    }
}
