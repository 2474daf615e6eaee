//! All that is known about a run.

use serde_json::{Map, Value};
use uuid::Uuid;

use crate::capture::attachment::Attachment;
use crate::diagnostics::BrokenTraceReason;
use crate::identity::time::Timestamp;
use crate::sink::operation::{OperationKind, RunOperation};
use crate::sink::run_type::RunType;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It has not.
    Open,
    /// With its result.
    Success,
    /// With an error.
    Error,
    /// It was dropped before its end.
    Cancelled,
    /// Its consumer left a stream or iterator before its end.
    Dropped,
}

/// All that is known about a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRun {
    /// Its id.
    pub id: Uuid,
    /// The id of its trace.
    pub trace_id: Uuid,
    /// The id of its parent.
    pub parent_run_id: Option<Uuid>,
    /// The way from its root.
    pub dotted_order: String,
    /// Its name.
    pub name: String,
    /// What kind of work it is.
    pub run_type: RunType,
    /// When it started.
    pub start_time: Timestamp,
    /// When it ended.
    pub end_time: Option<Timestamp>,
    /// What it was given.
    pub inputs: Value,
    /// What it came to.
    pub outputs: Value,
    /// Its error, with the causes.
    pub error: Option<String>,
    /// What happened in it.
    pub events: Vec<Value>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its metadata.
    pub metadata: Map<String, Value>,
    /// What stands beside the metadata in its `extra`.
    pub extra: Map<String, Value>,
    /// How the model or prompt was configured.
    pub serialized: Option<Value>,
    /// Its files.
    pub attachments: Vec<(String, Attachment)>,
    /// The project it was explicitly put into.
    pub project: Option<String>,
    /// How many posts there were. One, if all is well.
    pub posts: u32,
    /// How many patches there were.
    pub patches: u32,
}

impl RecordedRun {
    /// How it ended.
    pub fn status(&self) -> Status {
        match () {
            () if self.metadata.get("cancelled") == Some(&Value::Bool(true)) => Status::Cancelled,
            () if self.error.is_some() => Status::Error,
            () if self.end_time.is_none() => Status::Open,
            () if self.metadata.get("stream_dropped") == Some(&Value::Bool(true)) => Status::Dropped,
            () => Status::Success,
        }
    }

    /// Why the run is an unintended root; `None` if it is not one.
    ///
    /// ```
    /// use traceable_core::diagnostics::BrokenTraceReason;
    /// use traceable_core::testing::Recorder;
    /// use traceable_core::trace;
    ///
    /// let recorder = Recorder::install();
    /// std::thread::spawn(|| trace("lost").scope(|_| ())).join().unwrap();
    /// assert_eq!(recorder.run("lost").broken_trace_reason(), Some(BrokenTraceReason::NoContextOnThread));
    /// ```
    pub fn broken_trace_reason(&self) -> Option<BrokenTraceReason> {
        BrokenTraceReason::of(self.metadata.get("broken_trace_reason")?.as_str()?)
    }

    /// The line of [`Recorder::assert_no_broken_traces`](super::Recorder::assert_no_broken_traces) about this run.
    pub(super) fn broken_trace(&self) -> Option<String> {
        let reason = self.broken_trace_reason()?;
        let place = self.metadata.get("broken_trace_site").and_then(Value::as_str).unwrap_or("a manual run");
        Some(format!(
            "`{}`, by {place}, was called {} ({reason}). To keep it below its caller, {}.",
            self.name,
            reason.what(),
            reason.fix(),
        ))
    }

    pub(super) fn new(operation: &RunOperation) -> RecordedRun {
        RecordedRun {
            id: operation.id(),
            trace_id: operation.trace_id(),
            parent_run_id: operation.parent_run_id(),
            dotted_order: operation.dotted_order(),
            name: operation.name().to_owned(),
            run_type: operation.run_type(),
            start_time: operation.start_time(),
            end_time: None,
            inputs: Value::Null,
            outputs: Value::Null,
            error: None,
            events: Vec::new(),
            tags: Vec::new(),
            metadata: Map::new(),
            extra: Map::new(),
            serialized: None,
            attachments: Vec::new(),
            project: operation.project().map(str::to_owned),
            posts: 0,
            patches: 0,
        }
    }

    pub(super) fn take(&mut self, operation: RunOperation) {
        match operation.kind {
            OperationKind::Post => self.posts += 1,
            OperationKind::Patch => self.patches += 1,
        }
        self.tags = operation.tags().map(str::to_owned).collect();
        self.metadata = operation.metadata();
        self.extra = operation.extra().map(|(key, value)| (key.to_owned(), value.to_value())).collect();
        self.end_time = operation.end_time.or(self.end_time);
        if let Some(inputs) = &operation.inputs {
            self.inputs = inputs.to_value();
        }
        if let Some(outputs) = &operation.outputs {
            self.outputs = outputs.to_value();
        }
        let details = operation.details();
        if let Some(serialized) = &details.serialized {
            self.serialized = Some(serialized.to_value());
        }
        self.error = details.error.clone().or(self.error.take());
        self.events = details.events.clone();
        self.attachments.extend(details.attachments.iter().cloned());
    }
}
