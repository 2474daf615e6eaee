//! The buffer that JSON is written into, and what it holds to: a size and a depth.

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Error, Result};

use crate::capture::limits::{MAX_BYTES, MAX_DEPTH};

/// Appends JSON to a buffer until that is full.
pub(in crate::capture) struct Json<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// How long the buffer may become.
    limit: usize,
    depth: u32,
    /// Whether the next text is JSON as it is.
    pub(super) is_verbatim: bool,
    /// Whether a part of the value failed.
    pub(super) is_broken: bool,
}

impl<'a> Json<'a> {
    pub(in crate::capture) fn new(out: &'a mut Vec<u8>, limit: usize) -> Json<'a> {
        Json { out, limit, depth: 0, is_verbatim: false, is_broken: false }
    }

    /// Whether what was written is whole, as its `Serialize` says. One that goes on after an error of a part leaves half
    /// of that part behind, which is no JSON, and would spoil the request of many runs.
    pub(in crate::capture) fn finish(self) -> Result<()> {
        if self.is_broken { Err(Error::custom("its serialization went on after an error")) } else { Ok(()) }
    }

    #[inline]
    pub(super) fn check(&self, more: usize) -> Result<()> {
        if self.out.len() + more > self.limit { Err(self.too_large()) } else { Ok(()) }
    }

    #[cold]
    fn too_large(&self) -> Error {
        Error::custom(format_args!("larger than {} MiB", MAX_BYTES >> 20))
    }

    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.check(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes a number that may have a fraction.
    pub(super) fn fraction<T: Serialize>(&mut self, value: &T) -> Result<()> {
        self.check(0)?;
        serde_json::to_writer(&mut *self.out, value)
    }

    pub(super) fn open(&mut self, bracket: &[u8]) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Error::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.bytes(bracket)
    }

    pub(super) fn close(&mut self, bracket: &[u8]) -> Result<()> {
        self.depth -= 1;
        self.bytes(bracket)
    }
}
