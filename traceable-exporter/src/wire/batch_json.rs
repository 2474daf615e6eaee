//! `POST /runs/batch`: one JSON document, for servers without the multipart endpoint.

use traceable_core::{OperationKind, RunOperation};

use super::json;
use super::run_json::{self, Shared};

/// Gathers new runs and updates apart, as the document needs them.
#[derive(Default)]
pub(crate) struct BatchJson {
    posts: Vec<u8>,
    patches: Vec<u8>,
}

impl BatchJson {
    const FRAME: usize = r#"{"post":[],"patch":[]}"#.len();

    pub(crate) fn clear(&mut self) {
        self.posts.clear();
        self.patches.clear();
    }

    /// How long the document is.
    pub(crate) fn len(&self) -> usize {
        Self::FRAME + self.posts.len() + self.patches.len()
    }

    /// Adds an operation, unless the document would become longer than `limit`; `false`: not added. Attachments have
    /// no place here.
    pub(crate) fn add(&mut self, operation: &RunOperation, shared: &Shared, limit: usize) -> bool {
        let post = operation.kind == OperationKind::Post;
        let out = if post { &mut self.posts } else { &mut self.patches };
        let mark = out.len();
        if mark > 0 {
            out.push(b',');
        }
        if post {
            run_json::post_fields(out, operation, shared);
        } else {
            run_json::patch_fields(out, operation, shared);
        }
        for (key, payload) in [("inputs", &operation.inputs), ("outputs", &operation.outputs)] {
            match payload {
                Some(payload) => field(out, key, payload.as_bytes()),
                None if post => field(out, key, b"{}"),
                None => {}
            }
        }
        field(out, "events", b"");
        json::value(out, &operation.details().events);
        field(out, "extra", b"");
        run_json::extra(out, operation, shared);
        if let Some(error) = &operation.details().error {
            field(out, "error", b"");
            json::string(out, error);
        }
        if let Some(serialized) =
            operation.details().serialized.as_ref().filter(|_| run_json::keeps_serialized(operation))
        {
            field(out, "serialized", serialized.as_bytes());
        }
        out.push(b'}');
        if self.len() <= limit {
            return true;
        }
        let out = if post { &mut self.posts } else { &mut self.patches };
        out.truncate(mark);
        false
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

fn field(out: &mut Vec<u8>, key: &str, value: &[u8]) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    out.extend_from_slice(value);
}
