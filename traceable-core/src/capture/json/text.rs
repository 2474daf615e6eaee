//! Texts: what has to be escaped, and how.

use std::fmt::{self, Write};

use serde::ser::Error as _;
use serde_json::{Error, Result};

use super::buffer::Json;

const WORD: usize = size_of::<u64>();

impl Json<'_> {
    /// Writes a text with its quotes.
    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        self.check(text.len() + 2)?;
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.escaped(text)?;
        self.out.push(b'"');
        Ok(())
    }

    /// Writes as a text what formatting makes.
    pub(super) fn displayed(&mut self, value: fmt::Arguments<'_>) -> Result<()> {
        self.bytes(b"\"")?;
        let mut pieces = Pieces { json: self, failed: None };
        let written = pieces.write_fmt(value);
        // also if the `Display` has ignored it
        if let Some(error) = pieces.failed {
            return Err(error);
        }
        written.map_err(|_| Error::custom("its `Display` failed"))?;
        self.bytes(b"\"")
    }

    /// Writes a part of a text.
    fn escaped(&mut self, text: &str) -> Result<()> {
        let mut rest = text.as_bytes();
        while let Some(at) = first_escaped(rest) {
            self.bytes(&rest[..at])?;
            self.escape(rest[at]);
            rest = &rest[at + 1..];
        }
        self.bytes(rest)
    }

    fn escape(&mut self, byte: u8) {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\t' => b't',
            b'\r' => b'r',
            0x08 => b'b',
            0x0c => b'f',
            _ => {
                let digit = |half: u8| b"0123456789abcdef"[usize::from(half)];
                self.out.extend_from_slice(b"\\u00");
                self.out.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
                return;
            }
        };
        self.out.extend_from_slice(&[b'\\', short]);
    }
}

/// Takes a text in pieces.
struct Pieces<'b, 'a> {
    json: &'b mut Json<'a>,
    failed: Option<Error>,
}

impl Write for Pieces<'_, '_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        self.json.escaped(piece).map_err(|error| self.failed = Some(error)).map_err(|()| fmt::Error)
    }
}

/// Where the first byte lies that has to be escaped.
fn first_escaped(bytes: &[u8]) -> Option<usize> {
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().position(|&byte| byte < 0x20 || byte == b'"' || byte == b'\\');
    };
    let (words, _) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        if let Some(at) = first_in(*word) {
            return Some(index * WORD + at);
        }
    }
    // of which some were looked at already, and are none
    first_in(*last).map(|at| bytes.len() - WORD + at)
}

#[inline]
fn first_in(word: [u8; WORD]) -> Option<usize> {
    let found = escaped_in(u64::from_le_bytes(word));
    (found != 0).then_some(found.trailing_zeros() as usize / 8)
}

/// Looks at eight bytes at once. The lowest bit that is set lies in the first byte that has to be escaped: what is
/// borrowed in a subtraction is borrowed from bytes after it.
#[inline]
fn escaped_in(word: u64) -> u64 {
    let all = |byte: u8| u64::from_ne_bytes([byte; WORD]);
    let is_below = |word: u64, byte: u8| word.wrapping_sub(all(byte)) & !word;
    let quote = word ^ all(b'"');
    let backslash = word ^ all(b'\\');
    (is_below(word, 0x20) | is_below(quote, 1) | is_below(backslash, 1)) & all(0x80)
}
