use proptest::prelude::*;

use super::*;

fn limits() -> Limits {
    Limits::default()
}

fn parse_all(body: &[u8]) -> Result<Vec<Part>, Problem> {
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
    assert_eq!(seen, [("a", "application/json", &b"{}"[..]), ("b.c", "text/plain", b"xyz"), ("c", "", b"")]);
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
        assert!(matches!(parse_all(body), Err(Problem::Malformed(_))), "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(parse_all(b"--b--\r\n"), Ok(Vec::new()));
}

#[test]
fn bounds_on_parts() {
    let body = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n12345\r\n--b--";
    let bytes = Bytes::from_static(body);
    for tight in [Limits { part: 4, ..limits() }, Limits { parts: 0, ..limits() }] {
        assert!(matches!(parse(&bytes, "b", &tight), Err(Problem::TooLarge(_))));
    }
    let long = format!("--b\r\nX: {}\r\n\r\n", "x".repeat(MAX_HEADERS));
    assert!(matches!(parse_all(long.as_bytes()), Err(Problem::Malformed(_))));
}

#[test]
fn boundaries() {
    assert_eq!(boundary("multipart/form-data; boundary=abc").unwrap(), "abc");
    assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").unwrap(), "a b");
    assert!(matches!(boundary("application/json"), Err(Problem::Unsupported(_))));
    assert!(matches!(boundary("multipart/form-data"), Err(Problem::Malformed(_))));
}

#[test]
fn names_with_quotes() {
    assert_eq!(parameter("form-data; name=\"a%22b\"", "name").unwrap(), "a\"b");
    assert_eq!(parameter("form-data; name=\"a\\\"b\"", "name").unwrap(), "a\"b");
    assert_eq!(parameter("form-data; x; name=a; y=1", "name").unwrap(), "a");
    assert_eq!(parameter("form-data; name=\"a", "name"), None);
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
