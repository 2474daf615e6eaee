//! The buffer that JSON is written into, and what it holds to: a size and a depth.

use std::fmt::Display;

use serde::Serialize;
use serde::ser::Error as _;
use serde_json::{Error, Result};

use crate::capture::limits::{MAX_BYTES, MAX_DEPTH};
use crate::capture::marker::{count_unrecorded, marker};

/// Appends JSON to a buffer until that is full.
pub(in crate::capture) struct Json<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// How long the buffer may become.
    limit: usize,
    depth: u32,
    /// Whether the next text is JSON as it is.
    pub(super) is_verbatim: bool,
    /// Whether a part of the value could not be written, nor a marker in its place.
    pub(super) is_broken: bool,
    /// Whether it is past a limit: then there is no room for a marker either.
    is_over: bool,
    /// Whether what is written is a key.
    pub(super) is_key: bool,
}

/// Where a part of a value begins.
pub(super) struct Start {
    at: usize,
    depth: u32,
    is_broken: bool,
}

impl<'a> Json<'a> {
    pub(in crate::capture) fn new(out: &'a mut Vec<u8>, limit: usize) -> Json<'a> {
        Json { out, limit, depth: 0, is_verbatim: false, is_broken: false, is_over: false, is_key: false }
    }

    /// Whether what was written is whole, as its `Serialize` says. One that goes on after an error of a part leaves half
    /// of that part behind, which is no JSON, and would spoil the request of many runs.
    pub(in crate::capture) fn finish(self) -> Result<()> {
        if self.is_broken { Err(Error::custom("its serialization went on after an error")) } else { Ok(()) }
    }

    #[inline]
    pub(super) fn check(&mut self, more: usize) -> Result<()> {
        if self.out.len() + more > self.limit { Err(self.over(&too_large())) } else { Ok(()) }
    }

    /// Whether so many levels more fit in here.
    pub(super) fn check_depth(&mut self, more: u32) -> Result<()> {
        if self.depth.saturating_add(more) > MAX_DEPTH {
            return Err(self.over(&format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(())
    }

    #[cold]
    fn over(&mut self, limit: &str) -> Error {
        self.is_over = true;
        Error::custom(limit)
    }

    pub(super) fn start(&self) -> Start {
        Start { at: self.out.len(), depth: self.depth, is_broken: self.is_broken }
    }

    /// Puts a marker in the place of a part whose `Serialize` failed: what stands beside it is not lost with it. Past a
    /// limit the whole is.
    #[cold]
    #[inline(never)]
    pub(super) fn replace(&mut self, part: &Start, error: Error) -> Result<()> {
        if self.is_over {
            return Err(error);
        }
        self.out.truncate(part.at);
        self.depth = part.depth;
        self.is_broken = part.is_broken;
        self.is_verbatim = false;
        count_unrecorded();
        self.text(&marker(error))
    }

    /// Makes a key of what was written since, which may be any JSON: only texts are keys.
    pub(super) fn make_key(&mut self, key: &Start) -> Result<()> {
        match self.out.get(key.at) {
            Some(b'"') => Ok(()),
            Some(b'0'..=b'9' | b'-' | b't' | b'f') => {
                self.out.insert(key.at, b'"');
                self.bytes(b"\"")
            }
            _ => {
                let json = self.out.split_off(key.at);
                self.text(&String::from_utf8_lossy(&json))
            }
        }
    }

    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.check(bytes.len())?;
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes a number that may have a fraction. JSON has no infinite ones: as values they are `null`; as keys they stay
    /// apart from each other.
    pub(super) fn fraction<T: Serialize + Display + Into<f64> + Copy>(&mut self, value: T) -> Result<()> {
        if self.is_key && !value.into().is_finite() {
            return self.displayed(format_args!("{value}"));
        }
        self.check(0)?;
        serde_json::to_writer(&mut *self.out, &value)
    }

    pub(super) fn open(&mut self, bracket: &[u8]) -> Result<()> {
        self.check_depth(1)?;
        self.depth += 1;
        self.bytes(bracket)
    }

    pub(super) fn close(&mut self, bracket: &[u8]) -> Result<()> {
        self.depth -= 1;
        self.bytes(bracket)
    }
}

/// What is said of a value that has too many bytes.
pub(in crate::capture) fn too_large() -> String {
    format!("larger than {} MiB", MAX_BYTES >> 20)
}
