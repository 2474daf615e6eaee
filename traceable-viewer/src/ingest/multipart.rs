//! Multipart bodies, read whole from memory.
//!
//! Python gives every part a `Content-Length`, JavaScript writes `application/json; length=N`, others write neither. A
//! declared length that ends at a boundary is believed, so a file may hold the boundary itself; otherwise the boundary
//! is searched for.

use bytes::Bytes;
use memchr::memmem;

use crate::ingest::{limits::Limits, problem::Problem};

/// Bytes of the headers of one part.
const MAX_HEADERS: usize = 16 << 10;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) name: String,
    /// The media type without the parameter `length`; empty when there is none.
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// The boundary that a `Content-Type` header names.
pub(crate) fn boundary(content_type: &str) -> Result<String, Problem> {
    let mut fields = content_type.split(';');
    let media = fields.next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Problem::Unsupported("Content-Type is not multipart/form-data".to_owned()));
    }
    let value = parameter(content_type, "boundary").unwrap_or_default();
    match value.len() {
        1..=256 => Ok(value),
        _ => Err(malformed("Content-Type names no usable boundary")),
    }
}

/// Reads every part. A body that ends before its closing boundary is refused, for its last part may be cut.
pub(crate) fn parse(body: &Bytes, boundary: &str, limits: &Limits) -> Result<Vec<Part>, Problem> {
    let delimiter = format!("\r\n--{boundary}");
    let finder = memmem::Finder::new(delimiter.as_bytes());
    let mut parts = Vec::new();
    // the first boundary may stand at the very start, without the line end that others have before them
    let opening = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut next = match body.strip_prefix(opening) {
        Some(after) => after_delimiter(body, body.len() - after.len()),
        None => None,
    };
    if next.is_none() {
        next = find(body, 0, &finder).map(|(_, next)| next);
    }
    let mut next = next.ok_or_else(|| malformed("the body does not begin with its boundary"))?;
    while let Next::Part(at) = next {
        if parts.len() == limits.parts {
            return Err(Problem::TooLarge(format!("the body has more than {} parts", limits.parts)));
        }
        let (headers, start) = headers(body, at, parts.len())?;
        let (end, after) = extent(body, start, headers.length, delimiter.as_bytes(), &finder)?;
        if end - start > limits.part {
            let name = headers.name.chars().take(100).collect::<String>();
            return Err(Problem::TooLarge(format!("part `{name}` has more than {} bytes", limits.part)));
        }
        parts.push(Part {
            name: headers.name,
            content_type: headers.content_type,
            body: body.slice(start..end),
        });
        next = after;
    }
    Ok(parts)
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
) -> Result<(usize, Next), Problem> {
    if let Some(length) = declared {
        let end = start.checked_add(length).filter(|end| *end <= body.len());
        let end = end.ok_or_else(|| malformed("the body ends inside a part"))?;
        let here = body.get(end..).is_some_and(|rest| rest.starts_with(delimiter));
        if here && let Some(next) = after_delimiter(body, end + delimiter.len()) {
            return Ok((end, next));
        }
    }
    find(body, start, finder).ok_or_else(|| malformed("the body ends without its closing boundary"))
}

struct Headers {
    name: String,
    content_type: String,
    length: Option<usize>,
}

/// Reads the headers of part number `index`, and where its body starts.
fn headers(body: &[u8], at: usize, index: usize) -> Result<(Headers, usize), Problem> {
    let rest = body.get(at..).unwrap_or_default();
    let window = rest.get(..MAX_HEADERS).unwrap_or(rest);
    let end = if window.starts_with(b"\r\n") { Some(0) } else { memmem::find(window, b"\r\n\r\n") };
    let Some(end) = end else {
        let what = if window.len() < rest.len() { "are too long" } else { "do not end" };
        return Err(malformed(&format!("the headers of part {index} {what}")));
    };
    let text = String::from_utf8_lossy(window.get(..end).unwrap_or_default());
    let mut headers = Headers { name: String::new(), content_type: String::new(), length: None };
    for line in text.split("\r\n").filter(|line| !line.is_empty()) {
        let (key, value) = line
            .split_once(':')
            .ok_or_else(|| malformed(&format!("part {index} has a header line without a colon")))?;
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
        return Err(malformed(&format!("part {index} has no name")));
    }
    let blank = if end == 0 { 2 } else { 4 };
    Ok((headers, at + end + blank))
}

/// The value of a parameter of a header, quoted or not.
fn parameter(header: &str, name: &str) -> Option<String> {
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

fn malformed(message: &str) -> Problem {
    Problem::Malformed(message.to_owned())
}

#[cfg(test)]
#[path = "multipart_tests.rs"]
mod tests;
