//! Reads multipart bodies strictly: every length must be right.

use serde_json::Value;

/// One part.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// In `Content-Disposition`.
    pub name: String,
    /// As sent, with a length if it has one.
    pub content_type: String,
    /// As long as it was declared.
    pub body: Vec<u8>,
}

impl Part {
    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Splits a body at the declared lengths. Panics where the framing is not exactly as in the reference.
pub fn parts(content_type: &str, mut body: &[u8]) -> Vec<Part> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut parts = Vec::new();
    let expect = |body: &mut &[u8], text: &str| {
        *body = body.strip_prefix(text.as_bytes()).unwrap_or_else(|| {
            panic!("expected {text:?}, found {:?}", String::from_utf8_lossy(&body[..body.len().min(80)]))
        });
    };
    let line = |body: &mut &[u8]| {
        let end = body.windows(2).position(|w| w == b"\r\n").unwrap();
        let line = String::from_utf8(body[..end].to_vec()).unwrap();
        *body = &body[end + 2..];
        line
    };
    loop {
        expect(&mut body, &format!("--{boundary}"));
        if body == b"--\r\n" {
            return parts;
        }
        expect(&mut body, "\r\nContent-Disposition: form-data; name=\"");
        let name = line(&mut body).strip_suffix('"').unwrap().to_owned();
        expect(&mut body, "Content-Type: ");
        let content_type = line(&mut body);
        // the reference writes the length of files into the type
        let length: usize = match content_type.split_once("; length=") {
            Some((_, length)) => length.parse().unwrap(),
            None => {
                expect(&mut body, "Content-Length: ");
                line(&mut body).parse().unwrap()
            }
        };
        expect(&mut body, "\r\n");
        parts.push(Part { name, content_type, body: body[..length].to_vec() });
        body = &body[length..];
        expect(&mut body, "\r\n");
    }
}
