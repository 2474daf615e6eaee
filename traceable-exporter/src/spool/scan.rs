//! Finds all records of a file, however damaged or long it is. Reads it in small chunks.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use xxhash_rust::xxh3::Xxh3Builder;

use super::record::Label;
use super::segment::{FRAME, HEAD, MARK, cut_of, head_of};

/// How many bytes are read at a time.
const CHUNK: usize = 64 << 10;

/// Why a file was not scanned.
#[derive(Debug)]
pub(crate) enum Unread {
    /// Another version of this crate wrote it.
    Unknown,
    Disk(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        Unread::Disk(error)
    }
}

/// Calls `found` with the place of each payload in a file of this `length`, from `start` on, and with its label
/// (`None`: it cannot be read). Returns how many bytes belong to no whole frame.
///
/// Skips anything that is not a whole frame up to the next mark: truncated or overwritten bytes cost the records they
/// touch, and no others.
pub(crate) fn scan(
    file: impl Read + Seek,
    length: u64,
    start: u64,
    mut found: impl FnMut(Range<u64>, Option<Label>),
) -> Result<u64, Unread> {
    let mut file = Source { reader: BufReader::with_capacity(CHUNK, file), at: 0, length };
    let mut damaged = 0;
    let mut at = start.max(file.beginning()?);
    while at < length {
        match file.frame(at)? {
            Some(payload) => {
                at = payload.end;
                let label = file.label(&payload)?;
                found(payload, label);
            }
            None => {
                let next = file.next_mark(at + 1)?;
                damaged += next - at;
                at = next;
            }
        }
    }
    Ok(damaged)
}

/// A file and the position in it.
struct Source<R: Read + Seek> {
    reader: BufReader<R>,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Source<R> {
    fn go_to(&mut self, at: u64) -> io::Result<()> {
        match i64::try_from(i128::from(at) - i128::from(self.at)) {
            Ok(by) => self.reader.seek_relative(by)?,
            Err(_) => drop(self.reader.seek(SeekFrom::Start(at))?),
        }
        self.at = at;
        Ok(())
    }

    /// Reads `N` bytes. `None`: the file ends before.
    fn take<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        if at.checked_add(N as u64).is_none_or(|end| end > self.length) {
            return Ok(None);
        }
        let mut bytes = [0; N];
        self.go_to(at)?;
        self.reader.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(Some(bytes))
    }

    /// Where the first frame begins, or what follows a cut.
    fn beginning(&mut self) -> Result<u64, Unread> {
        let after = HEAD.len() as u64;
        if let Some(head) = self.take::<{ HEAD.len() }>(0)? {
            let (name, version) = head.split_at(HEAD.len() - 1);
            // a damaged head must not cost the records after it
            if HEAD.starts_with(name) && version[0].is_ascii_alphanumeric() && head != *HEAD {
                return Err(Unread::Unknown);
            }
        }
        Ok(self.take::<FRAME>(after)?.and_then(|frame| cut_of(&frame)).unwrap_or(after))
    }

    /// The payload of the whole frame that begins here. `None`: there is none.
    fn frame(&mut self, at: u64) -> io::Result<Option<Range<u64>>> {
        let Some((length, sum)) = self.take::<FRAME>(at)?.and_then(|frame| head_of(&frame)) else {
            return Ok(None);
        };
        let payload = self.at..self.at + length;
        if payload.end > self.length {
            return Ok(None);
        }
        let mut checksum = Xxh3Builder::new().with_seed(length).build();
        while self.at < payload.end {
            let chunk = self.reader.fill_buf()?;
            let size = chunk.len().min((payload.end - self.at) as usize);
            if size == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            checksum.update(&chunk[..size]);
            self.reader.consume(size);
            self.at += size as u64;
        }
        Ok((checksum.digest() == sum).then_some(payload))
    }

    fn label(&mut self, payload: &Range<u64>) -> io::Result<Option<Label>> {
        let end = self.at;
        let Some(length) = self.take::<4>(payload.start)?.map(u32::from_le_bytes) else { return Ok(None) };
        let mut json = Vec::new();
        // a payload may be shorter than the length of a label: whole by its checksum, and no record of ours
        if self.at.checked_add(length.into()).is_some_and(|label_end| label_end <= payload.end) {
            (&mut self.reader).take(length.into()).read_to_end(&mut json)?;
            self.at += json.len() as u64;
        }
        self.go_to(end)?;
        Ok(Label::read(&json))
    }

    /// Where the next mark is, or the end of the file.
    fn next_mark(&mut self, from: u64) -> io::Result<u64> {
        self.go_to(from)?;
        let mut matched = 0;
        while self.at < self.length {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let seen = chunk.iter().position(|byte| {
                // the mark's first byte occurs only once in it, so a mismatch restarts there
                matched = match *byte {
                    byte if byte == MARK[matched] => matched + 1,
                    byte => usize::from(byte == MARK[0]),
                };
                matched == MARK.len()
            });
            let size = seen.map_or(chunk.len(), |at| at + 1);
            self.reader.consume(size);
            self.at += size as u64;
            if seen.is_some() {
                return Ok(self.at - MARK.len() as u64);
            }
        }
        Ok(self.length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Whole frames whose payloads are shorter than the length of a label.
    #[test]
    fn short_payloads_have_no_label() {
        for size in 0..8 {
            let payload = vec![0xff; size];
            let mut checksum = Xxh3Builder::new().with_seed(size as u64).build();
            checksum.update(&payload);
            let mut file = HEAD.to_vec();
            file.extend(MARK);
            file.extend((size as u32).to_le_bytes());
            file.extend(checksum.digest().to_le_bytes());
            let start = file.len() as u64;
            file.extend(&payload);
            // what `take` finds there belongs to the next record
            file.extend([0; 4]);
            let mut found = Vec::new();
            let length = file.len() as u64;
            let damaged =
                scan(Cursor::new(file), length, 0, |payload, label| found.push((payload, label.is_some())));
            assert_eq!(damaged.unwrap(), 4);
            assert_eq!(found, [(start..start + size as u64, false)], "{size}");
        }
    }
}
