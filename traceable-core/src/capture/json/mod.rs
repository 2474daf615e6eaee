//! Writes values as compact JSON, as `serde_json` does, byte for byte; only of keys that are no texts it takes a few more.
//!
//! `serde_json` looks at each byte of a text by itself and hands over what lies between two escapes piece by piece:
//! that was a tenth of all that a run costs, up to the request, as most of a run is text. Its serializer is generic,
//! too, so that it would be compiled anew in each program. This one is not: it writes texts and structure, leaves
//! numbers to libraries, and keeps the limits on the way.

mod open;
mod serializer;
#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Error, Result};

/// The deepest nesting of arrays and objects that is written. Readers of JSON commonly stop at 128, and a value is
/// wrapped in a few more.
const MAX_DEPTH: u32 = 120;

/// Appends JSON to a buffer until that is full.
pub(super) struct Json<'a> {
    out: &'a mut Vec<u8>,
    /// How long the buffer may become.
    limit: usize,
    depth: u32,
    /// Whether the next text is JSON as it is.
    is_verbatim: bool,
    /// Whether a part of the value failed.
    is_broken: bool,
}

impl<'a> Json<'a> {
    pub(super) fn new(out: &'a mut Vec<u8>, limit: usize) -> Json<'a> {
        Json { out, limit, depth: 0, is_verbatim: false, is_broken: false }
    }

    /// Whether what was written is whole, as its `Serialize` says. One that goes on after an error of a part leaves half
    /// of that part behind, which is no JSON, and would spoil the request of many runs.
    pub(super) fn finish(self) -> Result<()> {
        if self.is_broken { Err(Error::custom("its serialization went on after an error")) } else { Ok(()) }
    }

    #[inline]
    fn check(&self, more: usize) -> Result<()> {
        if self.out.len() + more > self.limit { Err(self.too_large()) } else { Ok(()) }
    }

    #[cold]
    fn too_large(&self) -> Error {
        Error::custom(format_args!("larger than {} MiB", super::writer::MAX_BYTES >> 20))
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.check(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes a number that need not be whole.
    fn fraction<T: Serialize>(&mut self, value: &T) -> Result<()> {
        self.check(0)?;
        serde_json::to_writer(&mut *self.out, value)
    }

    fn open(&mut self, bracket: &[u8]) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.bytes(bracket)
    }

    fn close(&mut self, bracket: &[u8]) -> Result<()> {
        self.depth -= 1;
        self.bytes(bracket)
    }

    /// Opens an object that has the name of a variant as its only key.
    fn open_variant(&mut self, variant: &str) -> Result<()> {
        self.open(b"{")?;
        self.text(variant)?;
        self.bytes(b":")
    }
}
