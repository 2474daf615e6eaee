//! How far the records of a folder have been delivered.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::segment;

/// A file of one line: the number of a segment, up to where everything has been delivered, and a checksum of both, as
/// numbers base 16. Written without waiting for the disk: if it is behind or unreadable after a crash, some runs are sent
/// once more, which changes nothing.
pub(crate) struct Cursor {
    file: File,
}

const NAME: &str = "cursor";

impl Cursor {
    pub(crate) fn open(folder: &Path) -> io::Result<Cursor> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        segment::private(&mut options);
        Ok(Cursor { file: options.open(folder.join(NAME))? })
    }

    /// What it says. Nothing, or nonsense, means that nothing has been delivered.
    pub(crate) fn read(folder: &Path) -> (u64, u64) {
        let text = fs::read_to_string(folder.join(NAME)).unwrap_or_default();
        let mut numbers = text.trim_end().split(' ').map(|hex| u64::from_str_radix(hex, 16));
        match (numbers.next(), numbers.next()) {
            (Some(Ok(segment)), Some(Ok(end))) if text == line(segment, end) => (segment, end),
            _ => (0, 0),
        }
    }

    /// Always as long, so that it is never longer than what is written over it.
    pub(crate) fn write(&mut self, segment: u64, end: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(line(segment, end).as_bytes())
    }
}

fn line(segment: u64, end: u64) -> String {
    let numbers = format!("{segment:016x} {end:016x}");
    let checksum = xxh3_64(numbers.as_bytes());
    format!("{numbers} {checksum:016x}\n")
}
