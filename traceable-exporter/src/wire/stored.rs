//! Runs that were written into a body before, and are taken out of it again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use traceable_core::OperationKind;
use uuid::Uuid;

use super::parts::{self, Part};
use super::run::{Field, Pieces, Run};
use super::run_json::Shared;

/// A run in a body that is kept, uncompressed.
pub(crate) struct StoredRun {
    body: Arc<[u8]>,
    kind: OperationKind,
    id: Uuid,
    operations: u64,
    main: Range<usize>,
    fields: Vec<(Field, Range<usize>)>,
    attachments: Vec<Attached>,
}

struct Attached {
    name: String,
    mime_type: String,
    bytes: Range<usize>,
}

/// All runs of a multipart body. `None`: it is none, or holds something else.
pub(crate) fn read(content_type: &str, body: Vec<u8>) -> Option<Vec<StoredRun>> {
    let body: Arc<[u8]> = body.into();
    let mut runs: Vec<StoredRun> = Vec::new();
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    for Part { name, mime_type, bytes } in parts::read(content_type, &body)? {
        let (first, rest) = name.split_once('.')?;
        let (id, rest) = rest.split_once('.').map_or((rest, None), |(id, rest)| (id, Some(rest)));
        let id: Uuid = id.parse().ok()?;
        let kind = match first {
            "post" => Some(OperationKind::Post),
            "patch" => Some(OperationKind::Patch),
            "attachment" => None,
            _ => return None,
        };
        match (kind, rest) {
            (Some(kind), None) => {
                places.insert(id, runs.len());
                let (body, fields, attachments) = (body.clone(), Vec::new(), Vec::new());
                runs.push(StoredRun { body, kind, id, operations: 1, main: bytes, fields, attachments });
            }
            (Some(_), Some(field)) => {
                let field = Field::ALL.into_iter().find(|known| known.name() == field)?;
                runs.get_mut(*places.get(&id)?)?.fields.push((field, bytes));
            }
            (None, name) => {
                let attached = Attached { name: name?.to_owned(), mime_type, bytes };
                runs.get_mut(*places.get(&id)?)?.attachments.push(attached);
            }
        }
    }
    Some(runs)
}

impl StoredRun {
    /// Says how many operations it stands for.
    pub(crate) fn standing_for(mut self, operations: u64) -> StoredRun {
        self.operations = operations;
        self
    }
}

impl Run for StoredRun {
    fn operations(&self) -> u64 {
        self.operations
    }

    /// It is on disk, not in the queue.
    fn bytes(&self) -> usize {
        0
    }

    fn name(&self) -> Cow<'_, str> {
        let main: Value = serde_json::from_slice(&self.body[self.main.clone()]).unwrap_or_default();
        main["name"].as_str().map_or_else(|| self.id.to_string(), str::to_owned).into()
    }

    /// It was counted when it was written.
    fn is_name_cut(&self) -> bool {
        false
    }

    fn write(&self, body: &mut impl Pieces, _scratch: &mut Vec<u8>, _shared: &Shared) {
        body.main(self.kind, self.id, &self.body[self.main.clone()]);
        for (field, bytes) in &self.fields {
            body.field(*field, &self.body[bytes.clone()]);
        }
        for attached in &self.attachments {
            body.attachment(&attached.name, &attached.mime_type, &self.body[attached.bytes.clone()]);
        }
    }
}
