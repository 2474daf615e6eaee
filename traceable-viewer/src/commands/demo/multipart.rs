//! A body of `POST /runs/multipart`.

/// A part: its name, its media type, its bytes.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) mime: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// No part has this line in it.
pub(crate) const BOUNDARY: &str = "traceable-demo-6c1f2a9b";

pub(crate) fn body(parts: &[Part]) -> Vec<u8> {
    let mut body = Vec::new();
    for Part { name, mime, bytes } in parts {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {mime}\r\n\
             Content-Length: {}\r\n\r\n",
            bytes.len()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
