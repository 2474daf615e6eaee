//! The headers of one part of a multipart body, and the parameters of a header.

use memchr::memmem;

use crate::ingest::{request_error::RequestError, request_limits::RequestLimits};

/// What a part says about itself.
pub(crate) struct PartHeaders {
    pub(crate) name: String,
    /// Without the parameter `length`; empty when there is none.
    pub(crate) content_type: String,
    /// The length of the body, wherever it is declared.
    pub(crate) length: Option<usize>,
}

/// Reads the headers of part number `index`, and where its body starts.
pub(crate) fn read(body: &[u8], at: usize, index: usize) -> Result<(PartHeaders, usize), RequestError> {
    let rest = body.get(at..).unwrap_or_default();
    let window = rest.get(..RequestLimits::MAX_PART_HEADER_BYTES).unwrap_or(rest);
    let end = if window.starts_with(b"\r\n") { Some(0) } else { memmem::find(window, b"\r\n\r\n") };
    let Some(end) = end else {
        let what = if window.len() < rest.len() { "are too long" } else { "do not end" };
        return Err(RequestError::malformed(format!("the headers of part {index} {what}")));
    };
    let text = String::from_utf8_lossy(window.get(..end).unwrap_or_default());
    let mut headers = PartHeaders { name: String::new(), content_type: String::new(), length: None };
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (key, value) = line.split_once(':').ok_or_else(|| {
            RequestError::malformed(format!("part {index} has a header line without a colon"))
        })?;
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "content-disposition" => headers.name = parameter(value, "name").unwrap_or_default(),
            "content-type" => {
                headers.length = headers.length.or(parameter(value, "length").and_then(|n| n.parse().ok()));
                headers.content_type = without_length(value);
            }
            "content-length" => headers.length = value.parse().ok().or(headers.length),
            _ => {}
        }
    }
    if headers.name.is_empty() {
        return Err(RequestError::malformed(format!("part {index} has no name")));
    }
    let blank = if end == 0 { 2 } else { 4 };
    Ok((headers, at + end + blank))
}

/// The value of a parameter of a header, quoted or not.
pub(crate) fn parameter(header: &str, name: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, end) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => {
                let (value, end) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), end)
            }
        };
        // a parameter without a value may stand before this one
        let key = key.rsplit(';').next().unwrap_or_default().trim();
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = end;
    }
}

/// A quoted text up to its closing quote, and what follows. Browsers write a quote as `%22` and line ends as `%0D%0A`,
/// others put a backslash before it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let value = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
                return Some((value, text.get(at + 1..).unwrap_or_default()));
            }
            '\\' => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

fn without_length(content_type: &str) -> String {
    let is_length = |field: &&str| !field.trim().to_ascii_lowercase().starts_with("length=");
    content_type.split(';').filter(is_length).map(str::trim).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_quotes() {
        assert_eq!(parameter("form-data; name=\"a%22b\"", "name").unwrap(), "a\"b");
        assert_eq!(parameter("form-data; name=\"a\\\"b\"", "name").unwrap(), "a\"b");
        assert_eq!(parameter("form-data; x; name=a; y=1", "name").unwrap(), "a");
        assert_eq!(parameter("form-data; name=\"a", "name"), None);
    }
}
