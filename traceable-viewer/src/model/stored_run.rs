//! What readers get: runs, traces, attachments, feedback.

use std::time::Duration;

use uuid::Uuid;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// No end was received.
    Pending,
    /// Ended without an error.
    Success,
    /// Has an error.
    Error,
}

impl RunStatus {
    /// LangSmith's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            RunStatus::Pending => "pending",
            RunStatus::Success => "success",
            RunStatus::Error => "error",
        }
    }
}

/// A run as stored. Texts that hold JSON are given as they were received.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredRun {
    /// The run's id.
    pub id: Uuid,
    /// The id of the trace, which is the id of its root.
    pub trace_id: Uuid,
    /// The parent run; the store may not have received it.
    pub parent_id: Option<Uuid>,
    /// The name of the project.
    pub project: String,
    /// The name; empty when no operation that names the run was received.
    pub name: String,
    /// `chain`, `llm`, `tool` and so on; `chain` when no operation named one.
    pub run_type: String,
    /// How far it has come.
    pub status: RunStatus,
    /// Start, in microseconds since 1970.
    pub start_us: Option<i64>,
    /// End, in microseconds since 1970.
    pub end_us: Option<i64>,
    /// The dotted order, by which the runs of a trace are sorted.
    pub dotted_order: String,
    /// The error's text.
    pub error: Option<String>,
    /// Tags, in the order given.
    pub tags: Vec<String>,
    /// Inputs: a JSON object.
    pub inputs: Option<String>,
    /// Outputs: a JSON object.
    pub outputs: Option<String>,
    /// Metadata, runtime and every key the protocol does not know: a JSON object.
    pub extra: Option<String>,
    /// Events: a JSON array.
    pub events: Option<String>,
    /// The serialized component: JSON.
    pub serialized: Option<String>,
    /// The dataset example that this run belongs to.
    pub reference_example_id: Option<Uuid>,
    /// The id of the project.
    pub project_id: Uuid,
    /// The thread (conversation) that it belongs to: `thread_id`, `session_id` or `conversation_id` of the metadata.
    pub thread_id: Option<String>,
    /// The model, when the run or its metadata names one.
    pub model: Option<String>,
    /// Tokens and costs of this run alone; zero and `None` when it names none.
    pub usage: Usage,
    /// When the first token came, in microseconds since 1970: the first event `new_token`.
    pub first_token_us: Option<i64>,
    /// The first kilobytes of the inputs on one line, for lists.
    pub inputs_preview: Option<String>,
    /// The first kilobytes of the outputs on one line, for lists.
    pub outputs_preview: Option<String>,
    /// The name under which the run is shared, if it is.
    pub share_token: Option<Uuid>,
    /// The files of the run, without their bytes.
    pub attachments: Vec<AttachmentInfo>,
    /// When the first message about the run arrived, in microseconds since 1970.
    pub received_us: i64,
    /// Rises with every change of the database, so that a reader can ask for what is new.
    pub seq: i64,
}

impl StoredRun {
    /// From start to end, when both are known; zero when the clock went backwards.
    pub fn duration(&self) -> Option<Duration> {
        let us = self.end_us?.saturating_sub(self.start_us?);
        Some(Duration::from_micros(u64::try_from(us).unwrap_or(0)))
    }
}

/// Tokens, and what they cost in US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// All tokens; a provider may count more than the sum.
    pub total_tokens: u64,
    /// What the prompt costs.
    pub prompt_cost: Option<f64>,
    /// What the answer costs.
    pub completion_cost: Option<f64>,
    /// What all of it costs.
    pub total_cost: Option<f64>,
}

/// A file of a run, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttachmentInfo {
    /// Its name, unique in the run.
    pub name: String,
    /// Its media type, as the client gave it.
    pub mime: String,
    /// Its size in bytes.
    pub len: u64,
    /// The SHA-256 of its bytes. Files that have the same are stored once.
    pub sha256: [u8; 32],
}

/// One trace: its root and totals over its runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TraceSummary {
    /// The id of the trace.
    pub trace_id: Uuid,
    /// The root's name; empty when the root was not received.
    pub name: String,
    /// The project's name.
    pub project: String,
    /// The first start of any of its runs, in microseconds since 1970.
    pub start_us: Option<i64>,
    /// The last end of any of its runs, in microseconds since 1970.
    pub end_us: Option<i64>,
    /// The root's status; pending when the root was not received.
    pub status: RunStatus,
    /// How many runs were received.
    pub runs: u64,
    /// How many of them have an error.
    pub errors: u64,
    /// Tokens and costs of all its runs.
    pub usage: Usage,
    /// When the first token of any of its runs came, in microseconds since 1970.
    pub first_token_us: Option<i64>,
}

/// A score or comment on a run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredFeedback {
    /// Its id.
    pub id: Uuid,
    /// The run it is about.
    pub run_id: Option<Uuid>,
    /// The trace it is about.
    pub trace_id: Option<Uuid>,
    /// What is scored.
    pub key: Option<String>,
    /// The score as a number.
    pub score: Option<f64>,
    /// The score as JSON.
    pub value: Option<String>,
    /// A comment.
    pub comment: Option<String>,
    /// All of it, as it was received: a JSON object.
    pub document: String,
}
