//! What a request says about runs: the form between a body that was read and the tables.

use std::collections::BTreeMap;

use bytes::Bytes;
use traceable_core::DottedOrder;
use uuid::Uuid;

use crate::model::validation_error::ValidationError;

/// The two operations of the protocol. A patch counts as the later of the two, whichever arrives first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ChangeKind {
    Post,
    Patch,
}

impl ChangeKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Post => "post",
            ChangeKind::Patch => "patch",
        }
    }
}

/// The project of a run, as the client names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProjectRef {
    pub(crate) id: Option<Uuid>,
    pub(crate) name: Option<String>,
}

/// A file of a run.
#[derive(Clone, Debug)]
pub(crate) struct NewAttachment {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) data: Bytes,
}

/// What one post or patch brings; `None` means nothing new, as a null on the wire does.
#[derive(Debug)]
pub(crate) struct RunChange {
    pub(crate) id: Uuid,
    pub(crate) kind: ChangeKind,
    /// False when only field parts or attachments came: they may add to a known run, but cannot make one.
    pub(crate) has_main: bool,
    pub(crate) name: Option<String>,
    pub(crate) run_type: Option<String>,
    pub(crate) start_us: Option<i64>,
    pub(crate) end_us: Option<i64>,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) trace_id: Option<Uuid>,
    pub(crate) dotted_order: Option<DottedOrder>,
    pub(crate) reference_example_id: Option<Uuid>,
    pub(crate) project: Option<ProjectRef>,
    pub(crate) error: Option<String>,
    pub(crate) tags: Option<Vec<String>>,
    /// JSON texts.
    pub(crate) inputs: Option<String>,
    pub(crate) outputs: Option<String>,
    pub(crate) events: Option<String>,
    pub(crate) extra: Option<String>,
    pub(crate) serialized: Option<String>,
    /// Keys the protocol does not name, with their JSON; kept under `extra`.
    pub(crate) unknown: BTreeMap<String, String>,
    pub(crate) attachments: Vec<NewAttachment>,
}

impl RunChange {
    pub(crate) fn new(id: Uuid, kind: ChangeKind) -> Self {
        RunChange {
            id,
            kind,
            has_main: false,
            name: None,
            run_type: None,
            start_us: None,
            end_us: None,
            parent_id: None,
            trace_id: None,
            dotted_order: None,
            reference_example_id: None,
            project: None,
            error: None,
            tags: None,
            inputs: None,
            outputs: None,
            events: None,
            extra: None,
            serialized: None,
            unknown: BTreeMap::new(),
            attachments: Vec::new(),
        }
    }
}

/// A score or comment on a run.
#[derive(Clone, Debug)]
pub(crate) struct NewFeedback {
    pub(crate) id: Uuid,
    pub(crate) run_id: Option<Uuid>,
    pub(crate) trace_id: Option<Uuid>,
    pub(crate) key: Option<String>,
    pub(crate) score: Option<f64>,
    pub(crate) value: Option<String>,
    pub(crate) comment: Option<String>,
    /// All of it, as it came.
    pub(crate) document: String,
}

/// Everything one request asks to store.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) changes: Vec<RunChange>,
    pub(crate) feedback: Vec<NewFeedback>,
    /// What was refused while reading.
    pub(crate) rejected: Vec<ValidationError>,
    /// For runs that name no project themselves.
    pub(crate) default_project: Option<String>,
}

impl Batch {
    /// How many things it asks to store.
    pub(crate) fn len(&self) -> usize {
        self.changes.len() + self.feedback.len()
    }
}
