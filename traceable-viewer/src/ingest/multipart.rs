//! Splits a multipart body, which is whole in memory, into its parts.
//!
//! Python gives every part a `Content-Length`, JavaScript writes `application/json; length=N`, others write neither. A
//! declared length counts if it ends at a boundary, so a file may hold the boundary itself; otherwise the boundary is
//! searched for.

use bytes::Bytes;
use memchr::memmem;

use crate::ingest::{
    part_headers::{self, parameter},
    request_error::RequestError,
    request_limits::RequestLimits,
};

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The media type without the parameter `length`; empty when there is none.
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// The boundary that a `Content-Type` header names.
pub(crate) fn boundary(content_type: &str) -> Result<String, RequestError> {
    let mut fields = content_type.split(';');
    let media = fields.next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("multipart/form-data") {
        return Err(RequestError::Unsupported("Content-Type is not multipart/form-data".to_owned()));
    }
    let value = parameter(content_type, "boundary").unwrap_or_default();
    match value.len() {
        1..=256 => Ok(value),
        _ => Err(RequestError::malformed("Content-Type names no usable boundary")),
    }
}

/// Reads every part, and passes each on. A body that ends before its closing boundary is refused, for its last part may
/// be cut.
pub(crate) fn for_each_part(
    body: &Bytes,
    boundary: &str,
    limits: &RequestLimits,
    mut take: impl FnMut(Part) -> Result<(), RequestError>,
) -> Result<(), RequestError> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let mut count = 0;
    // the first boundary may stand at the very start, without the line end that others have before them
    let opening = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut next = match body.strip_prefix(opening) {
        Some(after) => after_delimiter(body, body.len() - after.len()),
        None => None,
    };
    if next.is_none() {
        next = find(body, 0, &finder).map(|(_, next)| next);
    }
    let mut next =
        next.ok_or_else(|| RequestError::malformed("the body does not begin with its boundary"))?;
    while let Next::Part(at) = next {
        if count == limits.max_parts {
            return Err(RequestError::TooLarge(format!("the body has more than {} parts", limits.max_parts)));
        }
        let (headers, start) = part_headers::read(body, at, count)?;
        let (end, after) = extent(body, start, headers.length, delimiter.as_bytes(), &finder)?;
        if end - start > limits.max_part_bytes {
            let name = headers.name.chars().take(100).collect::<String>();
            return Err(RequestError::TooLarge(format!(
                "part `{name}` has more than {} bytes",
                limits.max_part_bytes
            )));
        }
        take(Part { name: headers.name, content_type: headers.content_type, body: body.slice(start..end) })?;
        count += 1;
        next = after;
    }
    Ok(())
}

/// What follows a boundary.
enum Next {
    Part(usize),
    End,
}

/// Looks at what follows the boundary that ends at `at`; `None` when it was no boundary but text that begins like one.
fn after_delimiter(body: &[u8], at: usize) -> Option<Next> {
    let rest = body.get(at..)?;
    if rest.starts_with(b"--") {
        return Some(Next::End);
    }
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    rest.get(blanks..)?.starts_with(b"\r\n").then_some(Next::Part(at + blanks + 2))
}

/// The next boundary from `from` on: where it begins and what follows it.
fn find(body: &[u8], from: usize, finder: &memmem::Finder<'_>) -> Option<(usize, Next)> {
    finder
        .find_iter(body.get(from..)?)
        .map(|found| from + found)
        .find_map(|found| Some((found, after_delimiter(body, found + finder.needle().len())?)))
}

/// Where a part that begins at `start` ends, and what follows it.
fn extent(
    body: &[u8],
    start: usize,
    declared: Option<usize>,
    delimiter: &[u8],
    finder: &memmem::Finder<'_>,
) -> Result<(usize, Next), RequestError> {
    if let Some(length) = declared {
        let end = start.checked_add(length).filter(|end| *end <= body.len());
        let end = end.ok_or_else(|| RequestError::malformed("the body ends inside a part"))?;
        let here = body.get(end..).is_some_and(|rest| rest.starts_with(delimiter));
        if here && let Some(next) = after_delimiter(body, end + delimiter.len()) {
            return Ok((end, next));
        }
    }
    find(body, start, finder)
        .ok_or_else(|| RequestError::malformed("the body ends without its closing boundary"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limits() -> RequestLimits {
        RequestLimits::default()
    }

    fn parse(body: &Bytes, boundary: &str, limits: &RequestLimits) -> Result<Vec<Part>, RequestError> {
        let mut parts = Vec::new();
        for_each_part(body, boundary, limits, |part| {
            parts.push(part);
            Ok(())
        })?;
        Ok(parts)
    }

    fn parse_all(body: &[u8]) -> Result<Vec<Part>, RequestError> {
        parse(&Bytes::copy_from_slice(body), "b", &limits())
    }

    #[test]
    fn lengths_in_every_form_or_none() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: application/json\r\n\
            Content-Length: 2\r\n\r\n{}\r\n--b\r\ncontent-type: text/plain; length=3\r\n\
            content-disposition: form-data; name=b.c\r\n\r\nxyz\r\n--b\r\n\
            Content-Disposition: form-data; filename=\"f\"; name=\"c\"\r\n\r\n\r\n--b--\r\n";
        let parts = parse_all(body).unwrap();
        let seen: Vec<_> =
            parts.iter().map(|part| (&part.name[..], &part.content_type[..], &part.body[..])).collect();
        assert_eq!(
            seen,
            [("a", "application/json", &b"{}"[..]), ("b.c", "text/plain", b"xyz"), ("c", "", b"")]
        );
    }

    #[test]
    fn a_declared_length_protects_a_boundary_inside() {
        let inside = b"x\r\n--b\r\nContent-Disposition: form-data; name=\"evil\"\r\n\r\n{}\r\n--b--";
        let mut body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"\r\nContent-Length: {}\r\n\r\n",
            inside.len()
        )
        .into_bytes();
        body.extend_from_slice(inside);
        body.extend_from_slice(b"\r\n--b--\r\n");
        let parts = parse_all(&body).unwrap();
        assert_eq!(parts.len(), 1);
        assert_eq!(&parts[0].body[..], inside);
    }

    #[test]
    fn a_wrong_length_is_not_believed() {
        let body =
            b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Length: 3\r\n\r\n{\"k\":1}\r\n--b--";
        assert_eq!(&parse_all(body).unwrap()[0].body[..], b"{\"k\":1}");
    }

    #[test]
    fn text_that_begins_like_the_boundary_is_text() {
        let body = b"preamble\r\n--bx\r\n--b  \r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--bb\r\n--b-\r\n--b--epilogue";
        let parts = parse_all(body).unwrap();
        assert_eq!(&parts[0].body[..], b"1\r\n--bb\r\n--b-");
    }

    #[test]
    fn refuses_what_is_no_multipart() {
        for body in [
            &b""[..],
            b"{}",
            b"--b",
            b"--b\r\n",
            b"--b\r\n\r\n1\r\n--b--",
            b"--b\r\nno colon\r\n\r\n1\r\n--b--",
            b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
            b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Length: 99\r\n\r\n1\r\n--b--",
        ] {
            assert!(
                matches!(parse_all(body), Err(RequestError::Malformed(_))),
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        assert_eq!(parse_all(b"--b--\r\n"), Ok(Vec::new()));
    }

    #[test]
    fn bounds_on_parts() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n12345\r\n--b--";
        let bytes = Bytes::from_static(body);
        for tight in
            [RequestLimits { max_part_bytes: 4, ..limits() }, RequestLimits { max_parts: 0, ..limits() }]
        {
            assert!(matches!(parse(&bytes, "b", &tight), Err(RequestError::TooLarge(_))));
        }
        let long = format!("--b\r\nX: {}\r\n\r\n", "x".repeat(RequestLimits::MAX_PART_HEADER_BYTES));
        assert!(matches!(parse_all(long.as_bytes()), Err(RequestError::Malformed(_))));
    }

    #[test]
    fn boundaries() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").unwrap(), "abc");
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").unwrap(), "a b");
        assert!(matches!(boundary("application/json"), Err(RequestError::Unsupported(_))));
        assert!(matches!(boundary("multipart/form-data"), Err(RequestError::Malformed(_))));
    }

    /// How a part announces its length.
    #[derive(Clone, Copy, Debug)]
    enum Length {
        Header,
        Parameter,
        None,
    }

    fn write(parts: &[(String, Vec<u8>, Length)], boundary: &str) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, bytes, length) in parts {
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n").as_bytes(),
            );
            let header = match length {
                Length::Header => format!("Content-Type: a/b\r\nContent-Length: {}\r\n", bytes.len()),
                Length::Parameter => format!("Content-Type: a/b; length={}\r\n", bytes.len()),
                Length::None => "Content-Type: a/b\r\n".to_owned(),
            };
            body.extend_from_slice(header.as_bytes());
            body.extend_from_slice(b"\r\n");
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        body
    }

    proptest! {
        #[test]
        fn round_trip(
            parts in prop::collection::vec(
                (
                    "[a-z0-9._-]{1,20}",
                    // many line ends and dashes, to come close to the boundary often
                    prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), Just(b'q'), any::<u8>()], 0..60),
                    prop_oneof![Just(Length::Header), Just(Length::Parameter), Just(Length::None)],
                ),
                0..8,
            ),
        ) {
            // longer than any run of bytes the parts can hold by chance
            let boundary = "q-boundary-7f3a";
            let body = Bytes::from(write(&parts, boundary));
            let read = parse(&body, boundary, &limits()).unwrap();
            prop_assert_eq!(read.len(), parts.len());
            for (read, (name, bytes, _)) in read.iter().zip(&parts) {
                prop_assert_eq!(&read.name, name);
                prop_assert_eq!(&read.content_type, "a/b");
                prop_assert_eq!(&read.body[..], &bytes[..]);
            }
            // cut anywhere before the closing boundary is complete, it is refused
            for cut in 0..body.len() - 2 {
                prop_assert!(parse(&body.slice(..cut), boundary, &limits()).is_err());
            }
        }

        #[test]
        fn never_panics(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&body.into(), "b", &limits());
        }

        #[test]
        fn never_panics_on_near_misses(text in "(--b|\r\n|--|:|;|=|\"|\\\\|name|content-disposition|form-data|length|[0-9]){0,40}") {
            let _ = parse(&text.into_bytes().into(), "b", &limits());
        }
    }
}
