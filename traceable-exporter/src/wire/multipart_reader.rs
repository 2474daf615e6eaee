//! Reads bodies of `POST /runs/multipart` that this crate or LangSmith's SDKs wrote.

use std::ops::Range;

/// One part: its name, its type, and the range of its bytes in the body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) mime_type: String,
    pub(crate) bytes: Range<usize>,
}

/// Reads all parts of a body, in order. `None`: the body is malformed.
///
/// A part states its length by `Content-Length` or, in the JavaScript SDK and in files of the Python SDK, by a
/// parameter of its type. Otherwise it ends at the next boundary.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    let boundary = boundary(content_type)?;
    let delimiter = format!("--{boundary}");
    let mut at = body.strip_prefix(delimiter.as_bytes()).map(|_| delimiter.len())?;
    let mut parts = Vec::new();
    loop {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        at += 2;
        let head_end = at + find(rest.strip_prefix(b"\r\n")?, b"\r\n\r\n")?;
        let head = Head::read(std::str::from_utf8(&body[at..head_end]).ok()?)?;
        let start = head_end + 4;
        let end = match head.length {
            Some(length) => start.checked_add(length)?,
            None => start + find(&body[start..], format!("\r\n{delimiter}").as_bytes())?,
        };
        let after = body.get(end..)?.strip_prefix(b"\r\n")?;
        after.strip_prefix(delimiter.as_bytes())?;
        parts.push(Part { name: head.name, mime_type: head.mime_type, bytes: start..end });
        at = end + 2 + delimiter.len();
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, parameter) = content_type.strip_prefix("multipart/form-data")?.split_once("boundary=")?;
    let boundary = parameter.split(';').next()?.trim().trim_matches('"');
    (!boundary.is_empty()).then_some(boundary)
}

/// The headers of a part.
struct Head {
    name: String,
    mime_type: String,
    length: Option<usize>,
}

impl Head {
    fn read(text: &str) -> Option<Head> {
        let (mut name, mut mime_type, mut length) = (None, "", None);
        for line in text.split("\r\n") {
            let (key, value) = line.split_once(':')?;
            let value = value.trim();
            if key.eq_ignore_ascii_case("Content-Disposition") {
                name = value.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"'));
            } else if key.eq_ignore_ascii_case("Content-Type") {
                let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
                mime_type = kind.trim();
                let stated = parameters.trim().strip_prefix("length=").map(str::parse);
                length = length.or(stated.transpose().ok()?);
            } else if key.eq_ignore_ascii_case("Content-Length") {
                length = Some(value.parse().ok()?);
            }
        }
        Some(Head { name: name?.0.to_owned(), mime_type: mime_type.to_owned(), length })
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=XX";

    #[test]
    fn a_part_states_its_length_in_three_ways() {
        let body =
            b"--XX\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/json\r\n\
            Content-Length: 2\r\n\r\n{}\r\n--XX\r\nContent-Disposition: form-data; name=\"b\"\r\n\
            Content-Type: text/plain; length=3\r\n\r\n\r\n-\r\n--XX\r\n\
            Content-Disposition: form-data; name=\"c\"\r\n\r\nabc\r\n--XX--\r\n";
        let parts = read(TYPE, body).unwrap();
        let seen: Vec<_> = parts.iter().map(|part| (&*part.name, &body[part.bytes.clone()])).collect();
        assert_eq!(seen, [("a", &b"{}"[..]), ("b", b"\r\n-"), ("c", b"abc")]);
        assert_eq!(parts[1].mime_type, "text/plain");
    }

    #[test]
    fn malformed_bodies_are_none() {
        for body in [
            "",
            "--XX",
            "--XX\r\n",
            "--XX\r\nContent-Length: 9\r\n\r\nabc\r\n--XX--",
            "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Length: 18446744073709551615\r\n\r\n",
            "--YY--",
        ] {
            assert_eq!(read(TYPE, body.as_bytes()), None, "{body}");
        }
        assert_eq!(read("application/json", b"--XX--"), None);
        assert_eq!(read(TYPE, b"--XX--"), Some(Vec::new()));
    }
}
