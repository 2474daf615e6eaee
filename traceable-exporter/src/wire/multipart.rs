//! `POST /runs/multipart`: each field of a run is a part of its own.

use traceable_core::OperationKind;
use uuid::Uuid;

use super::json;
use super::run::{Field, PartWriter};

/// From the end of a part's name to its length.
const JSON: &str = "\"\r\nContent-Type: application/json\r\nContent-Length: ";

/// Writes parts. The boundary is random, so that no content can contain it by design.
pub(crate) struct Multipart {
    boundary: String,
    /// From the boundary to the part's name.
    opening: Vec<u8>,
    /// The opening with the kind and the id of the operation that is written now: the same for all of its parts.
    head: Vec<u8>,
    /// Of the run that is written now.
    id: Uuid,
    /// Their names, of the run that is written now.
    attachments: Vec<String>,
    /// Bytes of the parts' own bodies in this request, which is what the size header of a compressed one tells.
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

    /// Sets the count back, to 0 at the beginning of a request.
    pub(crate) fn set_content(&mut self, content: usize) {
        self.content = content;
    }

    /// What ends a body.
    pub(crate) fn closing(&self) -> Vec<u8> {
        format!("--{}--\r\n", self.boundary).into_bytes()
    }

    /// Begins the parts of a run, to be written to the end of `out`.
    pub(crate) fn to<'a>(&'a mut self, out: &'a mut Vec<u8>) -> Parts<'a> {
        self.attachments.clear();
        Parts { multipart: self, out }
    }

    /// From the length of a part to its end.
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

    /// The name of an attachment is part of the part's name, between dots: LangSmith cannot take one with a dot in
    /// it, and what would end the header early must not get in.
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
