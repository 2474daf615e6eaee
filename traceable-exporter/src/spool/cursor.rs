//! The cursor: how far the main files of a folder are acknowledged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::segment;

/// A file of one line, which `mod.rs` describes. It is not synced: if it is behind or unreadable after a crash, some
/// runs are sent once more, and the server merges them.
pub(crate) struct Cursor {
    file: File,
    /// What was written last: number and offset.
    last: (u64, u64),
}

const NAME: &str = "cursor";

impl Cursor {
    pub(crate) fn open(folder: &Path) -> io::Result<Cursor> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        segment::private(&mut options);
        Ok(Cursor { file: options.open(folder.join(NAME))?, last: (0, 0) })
    }

    /// Makes the file again if somebody has deleted it.
    pub(crate) fn restore(&mut self, folder: &Path) -> io::Result<()> {
        if !self.is_in_place(folder) {
            let (number, end) = self.last;
            *self = Cursor::open(folder)?;
            self.write(number, end)?;
        }
        Ok(())
    }

    fn is_in_place(&self, folder: &Path) -> bool {
        segment::is_at(&self.file, &folder.join(NAME))
    }

    /// Reads number and offset. A missing or damaged cursor means that nothing is acknowledged.
    pub(crate) fn read(folder: &Path) -> (u64, u64) {
        let text = fs::read_to_string(folder.join(NAME)).unwrap_or_default();
        let mut numbers = text.trim_end().split(' ').map(|hex| u64::from_str_radix(hex, 16));
        match (numbers.next(), numbers.next()) {
            (Some(Ok(number)), Some(Ok(end))) if text == line(number, end) => (number, end),
            _ => (0, 0),
        }
    }

    /// Overwrites the line in place. Its length never changes, so nothing of the old line remains.
    pub(crate) fn write(&mut self, number: u64, end: u64) -> io::Result<()> {
        self.last = (number, end);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(line(number, end).as_bytes())
    }
}

fn line(number: u64, end: u64) -> String {
    let numbers = format!("{number:016x} {end:016x}");
    let checksum = xxh3_64(numbers.as_bytes());
    format!("{numbers} {checksum:016x}\n")
}
