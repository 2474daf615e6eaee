//! Files that records are appended to: how they are written, and read however damaged they are.
//!
//! ```text
//! file:   "TRSPOOL1" frame*
//! frame:  "\xF5run"  length: u32 LE  checksum: u64 LE  payload: `length` bytes
//! ```
//!
//! The checksum is XXH3 of the payload, with its length as the seed. A reader that meets anything else than a whole frame
//! looks for the next one: what was cut off or overwritten costs the records it touches and no other.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::{Xxh3Builder, xxh3_64_with_seed};

const HEAD: &[u8; 8] = b"TRSPOOL1";
const MARK: &[u8; 4] = b"\xF5run";
/// From the mark to the payload.
const FRAME: usize = 16;
/// No record is larger: a length beyond it is damage.
const MAX_PAYLOAD: usize = 1 << 30;

/// The name of the file with this number. They sort in the order of their numbers.
pub(crate) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:016x}.spool"))
}

/// The number of a file with such a name.
pub(crate) fn number(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(".spool")?;
    (name.len() == 16).then(|| u64::from_str_radix(name, 16).ok())?
}

/// Appends frames to one file.
pub(crate) struct Writer {
    file: File,
    number: u64,
    /// Up to here the file is whole.
    end: u64,
}

impl Writer {
    /// Makes the file, which must not exist. Only its owner may read it.
    pub(crate) fn create(folder: &Path, number: u64) -> io::Result<Writer> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        private(&mut options);
        let path = path(folder, number);
        let mut file = options.open(&path)?;
        if let Err(error) = file.write_all(HEAD) {
            // or it would lie there for ever
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        Ok(Writer { file, number, end: HEAD.len() as u64 })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Appends one record, given in parts. Returns where its payload lies.
    ///
    /// # Errors
    /// If it cannot be written, as when the disk is full. What got there of it is taken back; should that fail as well,
    /// no more must be appended to this file (`true`).
    pub(crate) fn append(&mut self, parts: &[&[u8]]) -> Result<Range<u64>, (io::Error, bool)> {
        let frame = frame(parts).map_err(|error| (error, false))?;
        let all = std::iter::once(&frame[..]).chain(parts.iter().copied());
        match all.into_iter().try_for_each(|bytes| self.file.write_all(bytes)) {
            Ok(()) => {
                let start = self.end + FRAME as u64;
                self.end = start + length(parts) as u64;
                Ok(start..self.end)
            }
            Err(error) => {
                let whole = self.file.set_len(self.end).and_then(|()| self.seek_to_end());
                Err((error, whole.is_err()))
            }
        }
    }

    fn seek_to_end(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end)).map(drop)
    }

    /// Waits until all that was appended is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// The file, for somebody who waits until what was appended is on the disk.
    pub(crate) fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
pub(crate) fn private(_: &mut OpenOptions) {}

fn length(parts: &[&[u8]]) -> usize {
    parts.iter().map(|part| part.len()).sum()
}

fn frame(parts: &[&[u8]]) -> io::Result<[u8; FRAME]> {
    let length = length(parts);
    let size = u32::try_from(length).ok().filter(|_| length <= MAX_PAYLOAD);
    let size = size.ok_or_else(|| io::Error::other("a record is larger than 1 GiB"))?;
    let mut checksum = Xxh3Builder::new().with_seed(length as u64).build();
    parts.iter().for_each(|part| checksum.update(part));
    let mut frame = [0; FRAME];
    frame[..4].copy_from_slice(MARK);
    frame[4..8].copy_from_slice(&size.to_le_bytes());
    frame[8..].copy_from_slice(&checksum.digest().to_le_bytes());
    Ok(frame)
}

fn checksum(payload: &[u8]) -> u64 {
    xxh3_64_with_seed(payload, payload.len() as u64)
}

/// Reads one payload. `None`: it is not what was written.
pub(crate) fn read(mut file: &File, payload: &Range<u64>) -> io::Result<Option<Vec<u8>>> {
    let start = payload.start.saturating_sub(FRAME as u64);
    let length = usize::try_from(payload.end.saturating_sub(start)).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length as u64).read_to_end(&mut bytes)?;
    if frame_at(&bytes, 0).is_none_or(|found| found.end != length) {
        return Ok(None);
    }
    bytes.drain(..FRAME);
    Ok(Some(bytes))
}

/// What is in a file, from `start` on: where payloads lie, and how many bytes are no part of a whole frame.
pub(crate) fn scan(file: &[u8], start: usize) -> (Vec<Range<usize>>, usize) {
    let (mut payloads, mut damaged) = (Vec::new(), 0);
    let mut at = start.max(HEAD.len());
    while at < file.len() {
        match frame_at(file, at) {
            Some(payload) => {
                at = payload.end;
                payloads.push(payload);
            }
            None => {
                let next = next_mark(file, at + 1);
                damaged += next - at;
                at = next;
            }
        }
    }
    (payloads, damaged)
}

/// The payload of a whole frame that begins here.
fn frame_at(file: &[u8], at: usize) -> Option<Range<usize>> {
    let frame: &[u8; FRAME] = file.get(at..at + FRAME)?.try_into().ok()?;
    let (mark, [a, b, c, d, sum @ ..]) = frame.split_first_chunk::<4>().and_then(|(mark, rest)| {
        let rest: &[u8; 12] = rest.try_into().ok()?;
        Some((mark, rest))
    })?;
    let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
    let start = at + FRAME;
    let payload = start..start.checked_add(length)?;
    let is_whole = mark == MARK
        && length <= MAX_PAYLOAD
        && file.get(payload.clone()).is_some_and(|bytes| checksum(bytes).to_le_bytes() == *sum);
    is_whole.then_some(payload)
}

/// Where the next frame may begin; else the end.
fn next_mark(file: &[u8], from: usize) -> usize {
    let rest = file.get(from..).unwrap_or_default();
    rest.windows(MARK.len()).position(|window| window == MARK).map_or(file.len(), |at| from + at)
}
