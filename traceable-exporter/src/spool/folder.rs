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
    lock: File,
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

    /// Locks the first free folder that has no records, as the own one was deleted.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub(crate) fn take_empty(spool: &Path) -> io::Result<Folder> {
        let mut folder = Folder::take(spool)?;
        while folder.has_records()? {
            folder = folder.next_free(spool)?;
        }
        Ok(folder)
    }

    /// Locks the folder again if it is still there and only its lock was deleted. `None`: that is not so, or another exporter
    /// has locked it.
    pub(crate) fn lock_again(&self) -> Option<Folder> {
        let is_there = self.path.is_dir();
        let folder = is_there.then(|| Folder::lock(self.path.clone()).ok().flatten()).flatten()?;
        Some(Folder { number: self.number, ..folder })
    }

    /// Whether the lock is where it was made: nobody has deleted it, or the folder.
    pub(crate) fn is_in_place(&self) -> bool {
        segment::is_at(&self.lock, &self.path.join("lock"))
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
            Ok(()) => Ok(Some(Folder { path, number: 0, lock })),
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

    /// Whether it has files of any kind.
    pub(crate) fn has_records(&self) -> io::Result<bool> {
        Ok(!self.numbers(FileKind::Main)?.is_empty() || !self.numbers(FileKind::Quarantine)?.is_empty())
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

/// Creates a folder for its owner alone, with those above it. Syncs what it adds to: after a power failure a new folder is gone
/// unless the one above it was synced.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let is_new = |path: &&Path| !path.exists();
    let new: Vec<&Path> = path.ancestors().take_while(is_new).collect();
    builder.recursive(true).create(path)?;
    new.into_iter().filter_map(Path::parent).for_each(sync);
    Ok(())
}

/// Syncs the folder: after a power failure a new file is gone unless its folder was synced.
pub(super) fn sync_folder(folder: &Folder) {
    sync(folder.path());
}

/// Errors are ignored, as some systems cannot sync a folder.
#[cfg(unix)]
fn sync(path: &Path) {
    let _ = File::open(path).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync(_: &Path) {}
