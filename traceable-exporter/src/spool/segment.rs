//! Main and quarantine files: appends frames, and reads one record. The folder's `mod.rs` describes the format;
//! `scan` finds all records of a file, however damaged it is.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xxhash_rust::xxh3::{Xxh3Builder, xxh3_64, xxh3_64_with_seed};

pub(super) const HEAD: &[u8; 8] = b"TRSPOOL1";
pub(super) const MARK: &[u8; 4] = b"\xF5run";
const CUT: &[u8; 4] = b"\xF5cut";
/// Length of a frame's header: from the mark to the payload.
pub(super) const FRAME: usize = 16;
/// Longest payload. A frame that claims more is damaged.
pub(super) const MAX_PAYLOAD: usize = 1 << 30;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Records that are sent in order.
    Main,
    /// One record that the server fails on while it accepts others.
    Quarantine,
}

impl FileKind {
    fn extension(self) -> &'static str {
        match self {
            FileKind::Main => "spool",
            FileKind::Quarantine => "quarantine",
        }
    }
}

/// The path of the file with this number. Names sort as numbers do.
pub(crate) fn path(folder: &Path, kind: FileKind, number: u64) -> PathBuf {
    folder.join(format!("{number:016x}.{}", kind.extension()))
}

/// The number in a file's name. `None`: the name is not one of this kind.
pub(crate) fn number(path: &Path, kind: FileKind) -> Option<u64> {
    let name = path.file_name()?.to_str()?.strip_suffix(kind.extension())?.strip_suffix('.')?;
    (name.len() == 16).then(|| u64::from_str_radix(name, 16).ok())?
}

/// Appends frames to one file.
pub(crate) struct Writer {
    file: Arc<File>,
    number: u64,
    /// Where the last whole frame ends.
    end: u64,
}

impl Writer {
    /// Creates the file, which must not exist. Only its owner may read it.
    pub(crate) fn create(folder: &Path, kind: FileKind, number: u64) -> io::Result<Writer> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        private(&mut options);
        let path = path(folder, kind, number);
        let mut file = options.open(&path)?;
        if let Err(error) = file.write_all(HEAD) {
            // otherwise the empty file would stay for ever
            let _ = fs::remove_file(path);
            return Err(error);
        }
        Ok(Writer { file: Arc::new(file), number, end: HEAD.len() as u64 })
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Appends one record, given in parts. Returns where its payload is.
    ///
    /// # Errors
    /// If it cannot be written, as when the disk is full. The file is truncated to its last whole frame; if that
    /// fails too, the error comes with `true`, and the caller must append no more to this file.
    pub(crate) fn append(&mut self, parts: &[&[u8]]) -> Result<Range<u64>, (io::Error, bool)> {
        let frame = frame(parts).map_err(|error| (error, false))?;
        let all = std::iter::once(&frame[..]).chain(parts.iter().copied());
        let mut file = &*self.file;
        match all.into_iter().try_for_each(|bytes| file.write_all(bytes)) {
            Ok(()) => {
                let start = self.end + FRAME as u64;
                self.end = start + length(parts) as u64;
                Ok(start..self.end)
            }
            Err(error) => {
                let truncated = self.file.set_len(self.end).and_then(|()| self.seek_to_end());
                Err((error, truncated.is_err()))
            }
        }
    }

    /// Copies a record of another file, frame and all. Returns where its payload is.
    ///
    /// # Errors
    /// If it cannot be read or written. The caller must append no more then.
    pub(crate) fn append_copy(&mut self, mut from: &File, payload: &Range<u64>) -> io::Result<Range<u64>> {
        let start = payload.start.saturating_sub(FRAME as u64);
        from.seek(SeekFrom::Start(start))?;
        let length = payload.end.saturating_sub(start);
        if io::copy(&mut from.take(length), &mut &*self.file)? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let start = self.end + FRAME as u64;
        self.end += length;
        Ok(start..self.end)
    }

    fn seek_to_end(&mut self) -> io::Result<()> {
        (&*self.file).seek(SeekFrom::Start(self.end)).map(drop)
    }

    /// The file, for the thread that syncs it.
    pub(crate) fn file(&self) -> Arc<File> {
        self.file.clone()
    }

    /// Whether nobody has deleted the file.
    pub(crate) fn is_in_place(&self, folder: &Path) -> bool {
        is_at(&self.file, &path(folder, FileKind::Main, self.number))
    }
}

/// Whether the file that is open here is the one at this path.
#[cfg(unix)]
pub(crate) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => identity(open) == identity(there),
        _ => false,
    }
}

/// Elsewhere a file that is open cannot be replaced.
#[cfg(not(unix))]
pub(crate) fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
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

/// Reads one payload. `None`: it is damaged.
pub(crate) fn read(mut file: &File, payload: &Range<u64>) -> io::Result<Option<Vec<u8>>> {
    check(payload, |bytes, at| {
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(bytes)
    })
}

/// Reads one payload through a handle that was opened before the file was deleted. `None`: the payload is damaged, or the
/// system cannot do this.
#[cfg(unix)]
pub(crate) fn read_deleted(file: &File, payload: &Range<u64>) -> io::Result<Option<Vec<u8>>> {
    use std::os::unix::fs::FileExt;
    // with an explicit offset: appending relies on the position of the handle
    check(payload, |bytes, at| file.read_exact_at(bytes, at))
}

#[cfg(not(unix))]
pub(crate) fn read_deleted(_: &File, _: &Range<u64>) -> io::Result<Option<Vec<u8>>> {
    Ok(None)
}

/// Checks a payload against its frame. Allocates it once, at its exact length.
fn check(
    payload: &Range<u64>,
    mut read: impl FnMut(&mut [u8], u64) -> io::Result<()>,
) -> io::Result<Option<Vec<u8>>> {
    let length = payload.end.saturating_sub(payload.start);
    let Some(start) = payload.start.checked_sub(FRAME as u64).filter(|_| length <= MAX_PAYLOAD as u64) else {
        return Ok(None);
    };
    let (mut frame, mut bytes) = ([0; FRAME], vec![0; length as usize]);
    match read(&mut frame, start).and_then(|()| read(&mut bytes, payload.start)) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let sum = xxh3_64_with_seed(&bytes, length);
    let is_intact = head_of(&frame) == Some((length, sum));
    Ok(is_intact.then_some(bytes))
}

/// The length and the checksum in a frame's header. `None`: it is not a frame.
pub(super) fn head_of(frame: &[u8; FRAME]) -> Option<(u64, u64)> {
    let (mark, rest) = frame.split_first_chunk::<4>()?;
    let (length, sum) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length);
    let is_frame = mark == MARK && length as usize <= MAX_PAYLOAD;
    is_frame.then_some((length.into(), u64::from_le_bytes(*sum.first_chunk()?)))
}

/// Where the bytes after a cut's acknowledged part begin. `None`: it is not a cut.
pub(super) fn cut_of(frame: &[u8; FRAME]) -> Option<u64> {
    let length = frame.strip_prefix(CUT)?.first_chunk::<4>()?;
    let is_cut = *frame == cut_frame(*length);
    is_cut.then_some((HEAD.len() + FRAME) as u64 + u64::from(u32::from_le_bytes(*length)))
}

fn cut_frame(length: [u8; 4]) -> [u8; FRAME] {
    let mut frame = [0; FRAME];
    frame[..4].copy_from_slice(CUT);
    frame[4..8].copy_from_slice(&length);
    frame[8..].copy_from_slice(&xxh3_64(&length).to_le_bytes());
    frame
}

/// Writes a cut: everything below `start` is acknowledged. It is sixteen bytes in one write, so a kill leaves all of
/// it or nothing.
pub(crate) fn cut(path: &Path, start: u64) -> io::Result<()> {
    let first = (HEAD.len() + FRAME) as u64;
    let Some(length) = start.checked_sub(first).and_then(|length| u32::try_from(length).ok()) else {
        return Ok(());
    };
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(HEAD.len() as u64))?;
    file.write_all(&cut_frame(length.to_le_bytes()))
}
