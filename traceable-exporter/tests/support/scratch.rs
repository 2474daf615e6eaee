//! Folders that go when a test ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A path of its own, where nothing is yet.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("traceable-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        Scratch(std::env::temp_dir().join(name))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The one folder inside: of a spool, that of its only destination.
    pub fn only_folder(&self) -> PathBuf {
        let mut all: Vec<_> =
            std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// Waits until no exporter uses the spool here: the threads of one that was shut down end a moment later.
    pub fn wait_until_unused(&self) {
        let begun = Instant::now();
        let locks = || {
            let inside =
                |folder: PathBuf| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let folders: Vec<_> =
                inside(self.0.clone()).filter(|path| path.is_dir()).flat_map(inside).collect();
            folders
                .into_iter()
                .map(|folder| folder.join("lock"))
                .filter(|lock| lock.exists())
                .collect::<Vec<_>>()
        };
        let is_free = |path: &PathBuf| File::options().write(true).open(path).unwrap().try_lock().is_ok();
        while !locks().iter().all(is_free) {
            assert!(begun.elapsed() < super::LONG, "the spool is still in use");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
