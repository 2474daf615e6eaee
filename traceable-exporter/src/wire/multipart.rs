//! `POST /runs/multipart`: each field of a run is a part of its own.

use traceable_core::{OperationKind, RunOperation};

use super::json;
use super::run_json::{self, Shared};

/// From the end of a part's name to its length.
const JSON: &str = "\"\r\nContent-Type: application/json\r\nContent-Length: ";

/// Writes parts. The boundary is random, so that no content can contain it by design.
pub(crate) struct Multipart {
    boundary: String,
    /// From the boundary to the part's name.
    opening: Vec<u8>,
    /// The opening with the kind and the id of the operation that is written now: the same for all of its parts.
    head: Vec<u8>,
    scratch: Vec<u8>,
    /// Bytes of the parts' own bodies in this request, which is what the size header of a compressed one tells.
    content: usize,
}

impl Multipart {
    pub(crate) fn new() -> Multipart {
        let boundary = format!("{:032x}", fastrand::u128(..));
        let opening = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"").into_bytes();
        Multipart { boundary, opening, head: Vec::new(), scratch: Vec::new(), content: 0 }
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Bytes of the parts' bodies, without boundaries and headers.
    pub(crate) fn content(&self) -> usize {
        self.content
    }

    /// Sets the count back, to 0 at the beginning of a request.
    pub(crate) fn set_content(&mut self, content: usize) {
        self.content = content;
    }

    /// What ends a body.
    pub(crate) fn closing(&self) -> Vec<u8> {
        format!("--{}--\r\n", self.boundary).into_bytes()
    }

    /// Writes all parts of an operation.
    pub(crate) fn add(&mut self, out: &mut Vec<u8>, operation: &RunOperation, shared: &Shared) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let post = operation.kind == OperationKind::Post;
        self.head.clear();
        self.head.extend_from_slice(&self.opening);
        self.head.extend_from_slice(if post { b"post." } else { b"patch." });
        json::id(&mut self.head, operation.id());
        let details = operation.details();

        scratch.clear();
        match operation.kind {
            OperationKind::Post => run_json::post_fields(&mut scratch, operation, shared),
            OperationKind::Patch => run_json::patch_fields(&mut scratch, operation, shared),
        }
        scratch.push(b'}');
        self.part(out, "", &scratch);
        for (suffix, payload) in [(".inputs", &operation.inputs), (".outputs", &operation.outputs)] {
            match payload {
                Some(payload) => self.part(out, suffix, payload.as_bytes()),
                // a new run always says what it has, be it nothing
                None if post => self.part(out, suffix, b"{}"),
                None => {}
            }
        }
        scratch.clear();
        json::value(&mut scratch, &details.events);
        self.part(out, ".events", &scratch);
        scratch.clear();
        run_json::extra(&mut scratch, operation, shared);
        self.part(out, ".extra", &scratch);
        if let Some(error) = &details.error {
            scratch.clear();
            json::string(&mut scratch, error);
            self.part(out, ".error", &scratch);
        }
        if let Some(serialized) =
            details.serialized.as_ref().filter(|_| run_json::keeps_serialized(operation))
        {
            self.part(out, ".serialized", serialized.as_bytes());
        }
        self.attachments(out, operation);
        self.scratch = scratch;
    }

    fn part(&mut self, out: &mut Vec<u8>, suffix: &str, body: &[u8]) {
        out.extend_from_slice(&self.head);
        out.extend_from_slice(suffix.as_bytes());
        out.extend_from_slice(JSON.as_bytes());
        self.content_of_part(out, body);
    }

    /// From the length of a part to its end.
    fn content_of_part(&mut self, out: &mut Vec<u8>, body: &[u8]) {
        json::number(out, body.len());
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
        out.extend_from_slice(b"\r\n");
        self.content += body.len();
    }

    /// The name of an attachment is part of the part's name, between dots: LangSmith cannot take one with a dot in
    /// it, and what would end the header early must not get in.
    fn attachments(&mut self, out: &mut Vec<u8>, operation: &RunOperation) {
        let mut used: Vec<String> = Vec::new();
        for (name, attachment) in &operation.details().attachments {
            let mut name = part_name(name);
            while used.contains(&name) {
                name.push('_');
            }
            out.extend_from_slice(&self.opening);
            out.extend_from_slice(b"attachment.");
            json::id(out, operation.id());
            out.push(b'.');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\"\r\nContent-Type: ");
            out.extend_from_slice(mime_type(attachment.mime_type()).as_bytes());
            out.extend_from_slice(b"\r\nContent-Length: ");
            self.content_of_part(out, attachment.bytes());
            used.push(name);
        }
    }
}

/// `report.v2.pdf` becomes `report_v2_pdf`.
fn part_name(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_control() || matches!(c, '.' | '"' | '\\') { '_' } else { c }).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

fn mime_type(text: &str) -> &str {
    let fit = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if fit { text } else { "application/octet-stream" }
}
