//! What a request says about runs: the form between a body that was read and the tables.

use std::collections::BTreeMap;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use traceable_core::DottedOrder;
use uuid::Uuid;

use crate::memory_budget::Reservation;
use crate::model::{encoded_text::EncodedText, facts::ChangeFacts, validation_error::Rejections};

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
    /// The SHA-256 of the data, by which equal files are found.
    pub(crate) hash: [u8; 32],
}

impl NewAttachment {
    /// Made where requests are read, and not by the writer, for the hash of a large file takes a while.
    pub(crate) fn new(name: String, mime: String, data: Bytes) -> Self {
        let hash = Sha256::digest(&data).into();
        NewAttachment { name, mime, data, hash }
    }
}

/// What one post or patch brings; `None` means nothing new, as a null on the wire does.
#[derive(Debug)]
pub(crate) struct RunChange {
    pub(crate) id: Uuid,
    pub(crate) kind: ChangeKind,
    /// False when only field parts or attachments came: they may add to a known run, but cannot make one.
    pub(crate) has_main: bool,
    /// False when only files came.
    pub(crate) has_fields: bool,
    pub(crate) name: Option<String>,
    pub(crate) run_type: Option<String>,
    pub(crate) start_us: Option<i64>,
    pub(crate) end_us: Option<i64>,
    pub(crate) parent_id: Option<Uuid>,
    pub(crate) trace_id: Option<Uuid>,
    pub(crate) dotted_order: Option<DottedOrder>,
    pub(crate) reference_example_id: Option<Uuid>,
    pub(crate) project: Option<ProjectRef>,
    pub(crate) error: Option<EncodedText>,
    pub(crate) tags: Option<Vec<String>>,
    /// JSON texts.
    pub(crate) inputs: Option<EncodedText>,
    pub(crate) outputs: Option<EncodedText>,
    pub(crate) events: Option<EncodedText>,
    pub(crate) serialized: Option<EncodedText>,
    /// JSON too; not encoded, for the store merges it with what it has.
    pub(crate) extra: Option<String>,
    /// The same encoded, if it was while it was read: the writer does not wait for it when there is nothing to merge.
    pub(crate) encoded_extra: Option<EncodedText>,
    /// Keys the protocol does not name, with their JSON; kept under `extra`.
    pub(crate) unknown: BTreeMap<String, String>,
    pub(crate) attachments: Vec<NewAttachment>,
    /// The span of OpenTelemetry that it was read from, if it was one.
    pub(crate) otel: Option<OtelSpan>,
    /// Taken out of the texts while they were read; the store takes out what is missing.
    pub(crate) facts: ChangeFacts,
}

/// A span, by the ids that OpenTelemetry has for it, in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtelSpan {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    /// The id that a run has if the span says no other; children of the span name it as their parent.
    pub(crate) own_run_id: Uuid,
    /// Sent by LangSmith's SDK, which may send the run itself too, under an id of its own.
    pub(crate) of_langsmith: bool,
}

impl RunChange {
    pub(crate) fn new(id: Uuid, kind: ChangeKind) -> Self {
        RunChange {
            id,
            kind,
            has_main: false,
            has_fields: false,
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
            encoded_extra: None,
            serialized: None,
            unknown: BTreeMap::new(),
            attachments: Vec::new(),
            otel: None,
            facts: ChangeFacts::default(),
        }
    }

    /// Bytes it holds in memory; files that are slices of a body count with the body.
    pub(crate) fn memory(&self) -> usize {
        let encoded =
            [&self.error, &self.inputs, &self.outputs, &self.events, &self.serialized, &self.encoded_extra];
        let texts = [&self.name, &self.run_type, &self.extra];
        let pairs = self.unknown.iter().map(|(key, json)| key.len() + json.len() + PER_ALLOCATION);
        size_of::<Self>()
            + encoded.into_iter().flatten().map(|text| text.as_bytes().len()).sum::<usize>()
            + texts.into_iter().flatten().map(String::len).sum::<usize>()
            + self.dotted_order.as_ref().map_or(0, |order| order.as_str().len())
            + self.tags.iter().flatten().map(|tag| tag.len() + PER_ALLOCATION).sum::<usize>()
            + pairs.sum::<usize>()
            + self.attachments.len() * size_of::<NewAttachment>()
            + self.facts.memory()
    }

    /// The largest value that the store will take in one piece.
    pub(crate) fn largest_value(&self) -> usize {
        let encoded = [&self.error, &self.inputs, &self.outputs, &self.events, &self.serialized];
        let encoded = encoded.into_iter().flatten().map(|text| text.as_bytes().len());
        let files = self.attachments.iter().map(|file| file.data.len());
        // all of the columns are one row
        encoded.sum::<usize>().max(files.max().unwrap_or(0)).max(self.extra.as_ref().map_or(0, String::len))
    }
}

/// What a text or an entry of a map takes beside its bytes.
const PER_ALLOCATION: usize = 96;

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
    pub(crate) rejected: Rejections,
    /// For runs that name no project themselves.
    pub(crate) default_project: Option<String>,
    /// Its memory, held until it is stored.
    pub(crate) reservation: Option<Reservation>,
}
