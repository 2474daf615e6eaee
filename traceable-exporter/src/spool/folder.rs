//! Process folders: which exporter uses which, and who may write to them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::segment::{self, FileKind};

/// How many exporters may share one spool.
const MAX: usize = 4096;

/// A process folder that this exporter alone uses, until the value is dropped.
pub(crate) struct Folder {
    path: PathBuf,
    number: usize,
    /// Holds the lock while it is open. The system releases it when the process is killed.
    _lock: File,
}

impl Folder {
    /// Locks the first free folder; creates one if all are taken.
    ///
    /// # Errors
    /// If the folder cannot be created or written to, or others may write to the spool.
    pub(crate) fn take(spool: &Path) -> io::Result<Folder> {
        make(spool)?;
        refuse_if_others_write(spool)?;
        Folder::take_from(spool, 0)
    }

    /// Releases this folder, and locks the next free one.
    pub(crate) fn next_free(self, spool: &Path) -> io::Result<Folder> {
        Folder::take_from(spool, self.number + 1)
    }

    fn take_from(spool: &Path, first: usize) -> io::Result<Folder> {
        for number in first..MAX {
            let path = spool.join(format!("{number:04}"));
            make(&path)?;
            if let Some(folder) = Folder::lock(path)? {
                return Ok(Folder { number, ..folder });
            }
        }
        Err(io::Error::other(format!("{MAX} processes use this folder")))
    }

    /// Locks all other folders whose exporters have ended.
    pub(crate) fn abandoned(spool: &Path, own: &Path) -> Vec<Folder> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(spool).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let is_folder = |path: &PathBuf| path != own && path.join("lock").is_file();
        paths.into_iter().filter(is_folder).filter_map(|path| Folder::lock(path).ok().flatten()).collect()
    }

    /// `None`: another exporter uses it.
    fn lock(path: PathBuf) -> io::Result<Option<Folder>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        segment::private(&mut options);
        let lock = options.open(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Folder { path, number: 0, _lock: lock })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The numbers of its files of this kind, ascending.
    pub(crate) fn numbers(&self, kind: FileKind) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            numbers.extend(segment::number(&entry?.path(), kind));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

/// Refuses a spool that others may write to: its records are sent with this program's key, and read into its memory.
#[cfg(unix)]
fn refuse_if_others_write(spool: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    // somebody else may know a destination's name, and have made it a link to another folder of this user
    let is_destination = spool.file_name().is_some_and(|name| name.to_string_lossy().starts_with("to-"));
    if is_destination && spool.is_symlink() {
        return Err(io::Error::other("it is a link, which this program has not made"));
    }
    let metadata = fs::metadata(spool)?;
    if metadata.mode() & 0o002 != 0 {
        return Err(io::Error::other("everybody may write to it: take that right away (chmod o-w)"));
    }
    // a new file shows which user this program creates files as
    let probe = spool.join(format!("owner-{}-{:08x}", std::process::id(), fastrand::u32(..)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    segment::private(&mut options);
    let owner = options.open(&probe)?.metadata().map(|own| own.uid());
    let _ = fs::remove_file(probe);
    if owner? != metadata.uid() {
        return Err(io::Error::other("it belongs to another user: name a folder of this program's user"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_others_write(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

/// Syncs the folder: after a power failure a new file is gone unless its folder was synced. Errors are ignored, as
/// some systems cannot sync a folder.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Folder) {
    let _ = File::open(folder.path()).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Folder) {}
