//! Reads the runs out of a stored body, so that they can be encoded again.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use serde_json::value::RawValue;
use traceable_core::OperationKind;
use uuid::Uuid;

use super::multipart_reader::{self, Part};
use super::resource::Resource;
use super::run::{Field, PartWriter, Run};

/// A run in a stored, uncompressed body.
pub(crate) struct DecodedRun {
    body: Arc<Vec<u8>>,
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

/// Reads all runs of a body, multipart or JSON. `None`: the body is malformed.
pub(crate) fn read(content_type: &str, body: Vec<u8>) -> Option<Vec<DecodedRun>> {
    if content_type.starts_with("application/json") {
        read_batch(&body)
    } else {
        read_parts(content_type, body)
    }
}

fn read_parts(content_type: &str, body: Vec<u8>) -> Option<Vec<DecodedRun>> {
    let body = Arc::new(body);
    let mut runs: Vec<DecodedRun> = Vec::new();
    let mut indices: HashMap<Uuid, usize> = HashMap::new();
    for Part { name, mime_type, bytes } in multipart_reader::read(content_type, &body)? {
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
                indices.insert(id, runs.len());
                let (body, fields, attachments) = (body.clone(), Vec::new(), Vec::new());
                runs.push(DecodedRun { body, kind, id, operations: 1, main: bytes, fields, attachments });
            }
            (Some(_), Some(field)) => {
                let field = Field::ALL.into_iter().find(|known| known.name() == field)?;
                runs.get_mut(*indices.get(&id)?)?.fields.push((field, bytes));
            }
            (None, name) => {
                let attached = Attached { name: name?.to_owned(), mime_type, bytes };
                runs.get_mut(*indices.get(&id)?)?.attachments.push(attached);
            }
        }
    }
    Some(runs)
}

/// Copies runs of a JSON document, one after the other.
#[derive(Default)]
struct BatchReader {
    bytes: Vec<u8>,
    /// They get `bytes` when all are copied.
    runs: Vec<DecodedRun>,
}

/// Reads the body of `POST /runs/batch`. Copies the parts of each run, as they were written.
fn read_batch(body: &[u8]) -> Option<Vec<DecodedRun>> {
    let lists: HashMap<String, Vec<BTreeMap<String, &RawValue>>> = serde_json::from_slice(body).ok()?;
    let mut reader = BatchReader::default();
    for (kind, list) in [(OperationKind::Post, lists.get("post")), (OperationKind::Patch, lists.get("patch"))]
    {
        for run in list.into_iter().flatten() {
            reader.add(kind, run.clone())?;
        }
    }
    let body = Arc::new(reader.bytes);
    Some(reader.runs.into_iter().map(|run| DecodedRun { body: body.clone(), ..run }).collect())
}

impl BatchReader {
    fn add(&mut self, kind: OperationKind, mut run: BTreeMap<String, &RawValue>) -> Option<()> {
        let id: String = serde_json::from_str(run.get("id")?.get()).ok()?;
        let id: Uuid = id.parse().ok()?;
        let fields = Field::ALL.map(|field| (field, run.remove(field.name())));
        // texts and raw values always serialise
        let main = self.append(&serde_json::to_vec(&run).ok()?);
        let given = fields.into_iter().filter_map(|(field, value)| Some((field, value?.get())));
        let fields = given.map(|(field, value)| (field, self.append(value.as_bytes()))).collect();
        let (body, attachments) = (Arc::default(), Vec::new());
        self.runs.push(DecodedRun { body, kind, id, operations: 1, main, fields, attachments });
        Some(())
    }

    fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}

impl DecodedRun {
    /// Sets how many operations were merged into it.
    pub(crate) fn with_operations(mut self, operations: u64) -> DecodedRun {
        self.operations = operations;
        self
    }

    /// The bytes of its parts, without framing.
    pub(crate) fn payload_len(&self) -> usize {
        let fields = self.fields.iter().map(|(_, bytes)| bytes);
        let attachments = self.attachments.iter().map(|attached| &attached.bytes);
        self.main.len() + fields.chain(attachments).map(Range::len).sum::<usize>()
    }
}

impl Run for DecodedRun {
    fn operations(&self) -> u64 {
        self.operations
    }

    /// None: it is on disk, not in the queue.
    fn bytes(&self) -> usize {
        0
    }

    fn name(&self) -> Cow<'_, str> {
        let main: Value = serde_json::from_slice(&self.body[self.main.clone()]).unwrap_or_default();
        main["name"].as_str().map_or_else(|| self.id.to_string(), str::to_owned).into()
    }

    /// Counted when the body was written first.
    fn is_name_cut(&self) -> bool {
        false
    }

    fn write(&self, body: &mut impl PartWriter, _scratch: &mut Vec<u8>, _resource: &Resource) {
        body.main(self.kind, self.id, &self.body[self.main.clone()]);
        for (field, bytes) in &self.fields {
            body.field(*field, &self.body[bytes.clone()]);
        }
        for attached in &self.attachments {
            body.attachment(&attached.name, &attached.mime_type, &self.body[attached.bytes.clone()]);
        }
    }
}
