//! `POST /runs/batch`: one JSON document, for servers without the multipart endpoint.

use traceable_core::OperationKind;
use uuid::Uuid;

use super::run::{Field, PartWriter};

/// Collects new runs and updates in two lists, as the document needs them.
#[derive(Default)]
pub(crate) struct BatchJson {
    posts: Vec<u8>,
    patches: Vec<u8>,
    is_post: bool,
    attachments_left_out: u64,
}

/// A position in a document, to undo additions after it.
pub(crate) struct Mark {
    posts: usize,
    patches: usize,
    attachments: u64,
}

impl BatchJson {
    const FRAME: usize = r#"{"post":[],"patch":[]}"#.len();

    pub(crate) fn clear(&mut self) {
        self.posts.clear();
        self.patches.clear();
        self.attachments_left_out = 0;
    }

    /// The length of the document in bytes.
    pub(crate) fn len(&self) -> usize {
        Self::FRAME + self.posts.len() + self.patches.len()
    }

    /// The current end of the document.
    pub(crate) fn mark(&self) -> Mark {
        Mark { posts: self.posts.len(), patches: self.patches.len(), attachments: self.attachments_left_out }
    }

    /// Undoes what was added after the mark.
    pub(crate) fn truncate(&mut self, mark: &Mark) {
        self.posts.truncate(mark.posts);
        self.patches.truncate(mark.patches);
        self.attachments_left_out = mark.attachments;
    }

    /// Closes the run that was added last.
    pub(crate) fn end(&mut self) {
        self.open().push(b'}');
    }

    /// How many attachments were left out: this format has no place for them.
    pub(crate) fn attachments_left_out(&self) -> u64 {
        self.attachments_left_out
    }

    /// The list that the current run belongs to.
    fn open(&mut self) -> &mut Vec<u8> {
        if self.is_post { &mut self.posts } else { &mut self.patches }
    }

    /// Writes the document.
    pub(crate) fn finish(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"post\":[");
        out.extend_from_slice(&self.posts);
        out.extend_from_slice(b"],\"patch\":[");
        out.extend_from_slice(&self.patches);
        out.extend_from_slice(b"]}");
    }
}

impl PartWriter for BatchJson {
    fn main(&mut self, kind: OperationKind, _id: Uuid, json: &[u8]) {
        self.is_post = kind == OperationKind::Post;
        let out = self.open();
        if !out.is_empty() {
            out.push(b',');
        }
        // `end` writes the closing brace, after the fields
        out.extend_from_slice(json.strip_suffix(b"}").unwrap_or(json));
    }

    fn field(&mut self, field: Field, json: &[u8]) {
        let out = self.open();
        out.extend_from_slice(b",\"");
        out.extend_from_slice(field.name().as_bytes());
        out.extend_from_slice(b"\":");
        out.extend_from_slice(json);
    }

    fn attachment(&mut self, _name: &str, _mime_type: &str, _bytes: &[u8]) {
        self.attachments_left_out += 1;
    }
}
