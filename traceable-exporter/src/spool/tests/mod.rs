//! Helpers of the store's tests.

mod damage;
mod disk;
mod folders;
mod model;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::entry::{Entry, NextRecord, Recovered};
use super::record::Label;
use super::segment::{self, FileKind};
use super::settings::Spool;
use super::store::SpoolStore;

/// A folder that is deleted when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Scratch {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("traceable-spool-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        Scratch(std::env::temp_dir().join(name))
    }

    fn open(&self) -> (SpoolStore, Recovered) {
        SpoolStore::open(&Spool::new(&self.0)).unwrap()
    }

    /// The main files of all process folders.
    fn segments(&self) -> Vec<PathBuf> {
        self.files(FileKind::Main)
    }

    fn files(&self, kind: FileKind) -> Vec<PathBuf> {
        let folders = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path());
        let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
        files
            .map(|entry| entry.unwrap().path())
            .filter(|path| segment::number(path, kind).is_some())
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn label(operations: u64) -> Label {
    Label {
        content_type: "x".into(),
        uncompressed: None,
        plain_len: None,
        operations: vec![operations],
        written_at: super::age::Clock::new().now(),
    }
}

fn next(store: &SpoolStore) -> Entry {
    let NextRecord::Record(entry) = store.wait() else { panic!("no record") };
    entry
}

/// The bodies of all records that are not acknowledged, oldest first.
fn drain(store: &SpoolStore) -> Vec<Vec<u8>> {
    let mut bodies = Vec::new();
    store.close();
    while let NextRecord::Record(entry) = store.wait() {
        let bytes = store.read(&entry).unwrap().unwrap();
        bodies.push(Label::split(&bytes).unwrap().1.to_vec());
        store.acknowledge(&entry);
    }
    bodies
}
