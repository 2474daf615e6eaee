//! The values of headers that decide how a body is read.

use axum::http::{HeaderMap, HeaderName};

use crate::ingest::RequestError;

/// The value of a header that may be given once. Of several, each reader of the request could believe another.
pub(crate) fn optional<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'a str>, RequestError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(RequestError::Malformed(format!("the request has several headers `{name}`")));
    }
    let text = value.to_str();
    text.map(Some)
        .map_err(|_| RequestError::Malformed(format!("the header `{name}` has characters that are no ASCII")))
}

/// The value of a header that is a name for people: clients send UTF-8, or Latin-1 as HTTP had it once.
pub(crate) fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let bytes = headers.get(name)?.as_bytes();
    Some(
        String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| bytes.iter().copied().map(char::from).collect()),
    )
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header::CONTENT_TYPE};

    use super::*;

    #[test]
    fn one_value_or_none() {
        let of = |values: &[&[u8]]| -> HeaderMap {
            values.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_bytes(value).unwrap())).collect()
        };
        assert_eq!(optional(&of(&[]), &CONTENT_TYPE), Ok(None));
        assert_eq!(optional(&of(&[b"a/b"]), &CONTENT_TYPE), Ok(Some("a/b")));
        assert!(optional(&of(&[b"a/b", b"a/b"]), &CONTENT_TYPE).is_err());
        assert!(optional(&of(&[b"\xff"]), &CONTENT_TYPE).is_err());
    }

    #[test]
    fn names_in_two_encodings() {
        let of = |value: &[u8]| -> HeaderMap {
            [(CONTENT_TYPE, HeaderValue::from_bytes(value).unwrap())].into_iter().collect()
        };
        assert_eq!(text(&of("pr\u{f8}ve".as_bytes()), "content-type").as_deref(), Some("pr\u{f8}ve"));
        assert_eq!(text(&of(b"pr\xf8ve"), "content-type").as_deref(), Some("pr\u{f8}ve"));
        assert_eq!(text(&of(b"x"), "langsmith-project"), None);
    }
}
