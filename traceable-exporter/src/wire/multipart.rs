//! `POST /runs/multipart`: each field of a run is a part of its own.

use traceable_core::OperationKind;
use uuid::Uuid;

use super::json;
use super::run::{Field, PartWriter};

/// The header of a JSON part, from the end of its name to its length.
const JSON: &str = "\"\r\nContent-Type: application/json\r\nContent-Length: ";

/// Writes parts. The boundary is random, so that nobody can put it into a run.
pub(crate) struct Multipart {
    boundary: String,
    /// From the boundary to the part's name.
    opening: Vec<u8>,
    /// The opening with the kind and the id of the current operation: the same for all of its parts.
    head: Vec<u8>,
    /// The id of the current run.
    id: Uuid,
    /// The names of the current run's attachments.
    attachments: Vec<String>,
    /// Bytes of the parts' own bodies in this request: the value of `X-Pre-Compressed-Size`.
    content: usize,
}

impl Multipart {
    pub(crate) fn new() -> Multipart {
        let boundary = format!("{:032x}", fastrand::u128(..));
        let opening = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"").into_bytes();
        let (head, attachments) = (Vec::new(), Vec::new());
        Multipart { boundary, opening, head, id: Uuid::nil(), attachments, content: 0 }
    }

    pub(crate) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Bytes of the parts' bodies, without boundaries and headers.
    pub(crate) fn content(&self) -> usize {
        self.content
    }

    /// Resets that count: to 0 for a new request, to an earlier value after a run that does not fit.
    pub(crate) fn set_content(&mut self, content: usize) {
        self.content = content;
    }

    /// The end of a body.
    pub(crate) fn closing(&self) -> Vec<u8> {
        format!("--{}--\r\n", self.boundary).into_bytes()
    }

    /// Begins the parts of a run, which are appended to `out`.
    pub(crate) fn start_run<'a>(&'a mut self, out: &'a mut Vec<u8>) -> Parts<'a> {
        self.attachments.clear();
        Parts { multipart: self, out }
    }

    /// Writes a part from its length to its end.
    fn content_of_part(&mut self, out: &mut Vec<u8>, body: &[u8]) {
        json::number(out, body.len());
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(body);
        out.extend_from_slice(b"\r\n");
        self.content += body.len();
    }
}

/// Writes the parts of one run.
pub(crate) struct Parts<'a> {
    multipart: &'a mut Multipart,
    out: &'a mut Vec<u8>,
}

impl Parts<'_> {
    fn part(&mut self, suffix: &str, body: &[u8]) {
        self.out.extend_from_slice(&self.multipart.head);
        self.out.extend_from_slice(suffix.as_bytes());
        self.out.extend_from_slice(JSON.as_bytes());
        self.multipart.content_of_part(self.out, body);
    }
}

impl PartWriter for Parts<'_> {
    fn main(&mut self, kind: OperationKind, id: Uuid, json: &[u8]) {
        let head = &mut self.multipart.head;
        head.clear();
        head.extend_from_slice(&self.multipart.opening);
        head.extend_from_slice(if kind == OperationKind::Post { b"post." } else { b"patch." });
        json::id(head, id);
        self.multipart.id = id;
        self.part("", json);
    }

    fn field(&mut self, field: Field, json: &[u8]) {
        self.part(
            match field {
                Field::Inputs => ".inputs",
                Field::Outputs => ".outputs",
                Field::Events => ".events",
                Field::Extra => ".extra",
                Field::Error => ".error",
                Field::Serialized => ".serialized",
            },
            json,
        );
    }

    /// The part's name holds the attachment's name after a dot: LangSmith rejects a name with a dot, and a quote would
    /// end the header early. Both become `_`.
    fn attachment(&mut self, name: &str, mime_type: &str, bytes: &[u8]) {
        let mut name = part_name(name);
        while self.multipart.attachments.contains(&name) {
            name.push('_');
        }
        self.out.extend_from_slice(&self.multipart.opening);
        self.out.extend_from_slice(b"attachment.");
        json::id(self.out, self.multipart.id);
        self.out.push(b'.');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\"\r\nContent-Type: ");
        self.out.extend_from_slice(checked_type(mime_type).as_bytes());
        self.out.extend_from_slice(b"\r\nContent-Length: ");
        self.multipart.content_of_part(self.out, bytes);
        self.multipart.attachments.push(name);
    }
}

/// `report.v2.pdf` becomes `report_v2_pdf`.
fn part_name(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_control() || matches!(c, '.' | '"' | '\\') { '_' } else { c }).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

fn checked_type(text: &str) -> &str {
    let fit = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if fit { text } else { "application/octet-stream" }
}
